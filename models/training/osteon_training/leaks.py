"""Near-duplicates across the splits: `python3 -m osteon_training.leaks --data DIR [--results DIR]`.

Every validation image is compared with every training image, and with its mirror image, by the correlation of their
stretched 24 x 24 thumbnails. Writes results/leaks.json: for each data set the number of pairs above each level, and the
pairs themselves above the highest, to be looked at.
"""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import List

import numpy as np

from . import cli, fracatlas, hands, runtime
from .normalise import percentile_stretch, read_grey, resize

SIDE = 24
LEVELS = (0.95, 0.97, 0.98, 0.99)
LISTED = 0.97
"""Pairs above are named in the table, to be looked at."""


def thumbnail(path: Path) -> np.ndarray:
    """Stretched thumbnail float32 [SIDE, SIDE] of mean 0 and length 1."""
    small = percentile_stretch(resize(read_grey(path), SIDE, SIDE), 0.5, 99.5)
    small = small - small.mean()
    return small / (np.linalg.norm(small) + 1e-6)


def compare(training: List[Path], validation: List[Path]) -> dict:
    """{"train", "validation", "pairs above", "closest"} of two lists of files."""
    ours = np.stack([thumbnail(p) for p in training])
    theirs = np.stack([thumbnail(p) for p in validation])
    rows = theirs.reshape(len(theirs), -1)
    likeness = np.maximum(rows @ ours.reshape(len(ours), -1).T, rows @ ours[:, :, ::-1].reshape(len(ours), -1).T)
    best = likeness.argmax(axis=1)
    closest = [{"validation": validation[i].name, "train": training[best[i]].name,
                "correlation": round(float(likeness[i, best[i]]), 4)}
               for i in np.argsort(-likeness.max(axis=1)) if likeness[i, best[i]] > LISTED]
    above = {str(level): int((likeness.max(axis=1) > level).sum()) for level in LEVELS}
    return {"train": len(training), "validation": len(validation),
            "validationImagesWithATrainingImageAbove": above, "closest": closest}


def main() -> None:
    """Compares both data sets and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=cli.RESULTS)
    args = parser.parse_args()
    training, validation = hands.split_large(hands.large_hands(args.data))
    table = {
        "fracatlas": compare(*([e["path"] for e in fracatlas.entries(args.data, s)] for s in ("train", "val"))),
        "boneAge": compare([h.path for h in training], [h.path for h in validation]),
    }
    runtime.write_json(args.results / "leaks.json", table)
    for name, row in table.items():
        runtime.log(f"{name}: {row}")


if __name__ == "__main__":
    main()
