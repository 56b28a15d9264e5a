"""The command line every task shares."""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Dict

MODELS = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parents[1] / "results"


def main(description: str, actions: Dict[str, Callable]) -> None:
    """Parses `ACTION --data DIR --work DIR [--synthetic DIR] [--models DIR] [--results DIR]` and runs it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("action", choices=list(actions) + ["run"], help="run does all in order")
    parser.add_argument("--data", type=Path, required=True, help="folder with fracatlas/, bone-age/, dicom/, backbones/")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints and caches")
    parser.add_argument("--synthetic", type=Path, help="folder of synthetic phantoms; optional, may appear later")
    parser.add_argument("--minutes", type=float, help="let the fracture training end by the clock, if that comes first")
    parser.add_argument("--models", type=Path, default=MODELS, help="where the shipped model folders are")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where metrics are written")
    args = parser.parse_args()
    chosen = actions.values() if args.action == "run" else [actions[args.action]]
    for action in chosen:
        action(args)
