"""A bank of drawn radiographs, made once a work folder: trunk, head, teeth, breast and vessels, and plain limbs against them."""
from __future__ import annotations

from pathlib import Path
from typing import Dict, List

import numpy as np

from .phantoms import draw
from .runtime import SEED, log

TRUNK_COUNT, LIMB_COUNT = 1400, 240
HELD_OUT_COUNT = 160
"""Trunk phantoms for validation, of seeds that training never draws."""


def bank(work: Path, grain: List[np.ndarray]) -> Dict[str, List[np.ndarray]]:
    """{"trunk", "limb", "held"}: uint8 pictures, bright = dense; drawn at the first call, then read."""
    file = work / "cache" / "trunk-phantoms.npz"
    if not file.exists():
        log("drawing the phantoms of the trunk")
        rng = np.random.default_rng([SEED, 1])
        drawn = {"trunk": [draw.trunk(rng, grain) for _ in range(TRUNK_COUNT)],
                 "limb": [draw.plain_limb(rng, grain) for _ in range(LIMB_COUNT)]}
        rng = np.random.default_rng([SEED, 2])
        drawn["held"] = [draw.trunk(rng, grain) for _ in range(HELD_OUT_COUNT)]
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, **{f"{name}-{i:05d}": np.round(picture * 255).astype(np.uint8)
                                     for name, pictures in drawn.items() for i, picture in enumerate(pictures)})
    with np.load(file) as stored:
        return {name: [stored[key] for key in sorted(stored.files) if key.startswith(name)]
                for name in ("trunk", "limb", "held")}
