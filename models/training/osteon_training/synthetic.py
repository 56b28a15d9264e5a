"""Optional synthetic phantoms: drawn by a generator, never more than a tenth of an epoch, never validated on."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, List, Optional

import numpy as np

MAXIMUM_SHARE = 0.1


def synthetic_entries(folder: Optional[Path]) -> List[dict]:
    """FracAtlas-style entries of a phantom folder with an absolute `path` each; empty if not (yet) there."""
    if folder is None:
        return []
    try:
        entries = json.loads((folder / "annotations.json").read_text())["images"]
    except (OSError, ValueError):
        return []  # the generator may still be writing
    present = [{**e, "path": folder / "images" / e["file"]} for e in entries]
    return [e for e in present if e["path"].exists()]


def mixed(real: list, synthetic: list, rng: np.random.Generator,
          convert: Callable[[dict], object]) -> list:
    """Shuffles the real items of an epoch together with at most a tenth of converted synthetic ones."""
    count = min(len(synthetic), int(len(real) * MAXIMUM_SHARE / (1 - MAXIMUM_SHARE)))
    chosen = rng.choice(len(synthetic), count, replace=False) if count else []
    items = list(real) + [convert(synthetic[i]) for i in chosen]
    rng.shuffle(items)
    return items


def statement(count: int) -> str:
    """The card's sentence on synthetic images, for the greatest number used in an epoch."""
    if count == 0:
        return "No synthetic image was used in training; validation is real throughout."
    return (f"At most {count} synthetic phantoms (never more than a tenth) were mixed into an epoch of training; "
            "validation is real throughout and no figure is quoted on synthetic images.")
