"""Writes which images no training has seen, for the evaluation: `python3 -m osteon_training.splits --data DIR`."""
from __future__ import annotations

import argparse
from pathlib import Path

from . import cli, hands, runtime


def write(data: Path, results: Path) -> None:
    """results/bone-age-validation.json: the ids of the hands that are never trained on."""
    _, held = hands.split_large(hands.large_hands(data))
    runtime.write_json(results / "bone-age-validation.json", {"ids": sorted(h.identifier for h in held)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with bone-age/")
    parser.add_argument("--results", type=Path, default=cli.RESULTS, help="where the list is written")
    args = parser.parse_args()
    write(args.data, args.results)
