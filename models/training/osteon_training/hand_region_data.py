"""Region tiles of the large hands, found once and kept under the work folder, and the batches made of them."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

import cv2
import numpy as np
import torch

from . import augment, hands, runtime
from .bone_age_net import MEAN_MONTHS, STD_MONTHS
from .hand_regions import (MONTAGE_SIDE, REGION_NAMES, TILE_SIDE, RegionsNotFound, eight_bit, find_regions, montage,
                           tiles_of)
from .normalise import IMAGENET_MEAN, IMAGENET_STD, read_grey, standardise

CELL_SIDE = MONTAGE_SIDE // 2
SEX_DROP = 0.1
NOISE_SIGMA = (10, 50)
"""Grey levels of 255; whole numbers, the end outside."""
MOST_DEGREES = 90
"""The seed's whole-number rotation, 0 to 89 degrees."""
MILD_DEGREES, MILD_SCALE, MILD_SHIFT = 12, 0.1, 0.04


@dataclass(frozen=True)
class MontageSpec:
    """What the manifest's `input` says: a hand-regions montage, standardised."""

    def to_manifest(self) -> dict:
        """The manifest's `input` object."""
        return {"name": "image", "width": MONTAGE_SIDE, "height": MONTAGE_SIDE, "channels": len(IMAGENET_MEAN),
                "fit": "hand-regions",
                "steps": [{"op": "standardise", "mean": list(IMAGENET_MEAN), "std": list(IMAGENET_STD)}]}


def input_of(picture: np.ndarray) -> np.ndarray:
    """A montage (grey levels 0..255) -> float32 [3, 256, 256]."""
    return standardise(picture.astype(np.float32) / 255.0, IMAGENET_MEAN, IMAGENET_STD)


class TileCache:
    """Tiles uint8 [4, 600, 600] of the hands whose regions are found, by id; why not, of the others."""

    def __init__(self, folder: Path, chosen: List[hands.Hand]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.missing: Dict[str, str] = {}
        self.rows: Dict[str, int] = {}
        index, store = folder / "index.json", folder / "tiles.npy"
        if not index.exists():
            self._build(index, store, chosen)
        stated = json.loads(index.read_text())
        self.rows, self.missing = stated["rows"], stated["missing"]
        self.tiles = np.load(store, mmap_mode="r")

    def _build(self, index: Path, store: Path, chosen: List[hands.Hand]) -> None:
        shape = (len(chosen), len(REGION_NAMES), TILE_SIDE, TILE_SIDE)
        tiles = np.lib.format.open_memmap(store, mode="w+", dtype=np.uint8, shape=shape)
        for hand in chosen:
            try:
                found = find_regions(eight_bit(read_grey(hand.path)))
            except RegionsNotFound as reason:
                self.missing[hand.identifier] = str(reason)
                continue
            row = self.rows[hand.identifier] = len(self.rows)
            tiles[row] = tiles_of(found)
        tiles.flush()
        runtime.log(f"regions found on {len(self.rows)} of {len(chosen)} hands")
        runtime.write_json(index, {"rows": self.rows, "missing": self.missing})

    def split(self, chosen: List[hands.Hand]) -> Tuple[List[hands.Hand], List[hands.Hand]]:
        """(regions found, not found), in order."""
        return ([h for h in chosen if h.identifier in self.rows], [h for h in chosen if h.identifier in self.missing])

    def get(self, hand: hands.Hand) -> np.ndarray:
        """uint8 [4, 600, 600]."""
        return self.tiles[self.rows[hand.identifier]]

    def montage(self, hand: hands.Hand) -> np.ndarray:
        """Exactly what is served, uint8 [256, 256]."""
        return montage(list(self.get(hand)))


class Sampler:
    """Turns hands into batches: a third as they are, a third turned, a third noisy, as the seed has them; all mildly jittered."""

    def __init__(self, cache: TileCache, rng: np.random.Generator) -> None:
        self.cache, self.rng = cache, rng

    def _cell(self, tile: np.ndarray, degrees: float, scale: float) -> np.ndarray:
        """One tile, turned and brought straight to its size in the montage (sampled bilinearly, as the montage is)."""
        scale *= CELL_SIDE / TILE_SIDE * (1 + self.rng.uniform(-MILD_SCALE, MILD_SCALE))
        across, down = CELL_SIDE * (0.5 + self.rng.uniform(-MILD_SHIFT, MILD_SHIFT, 2))
        turn = degrees + self.rng.uniform(-MILD_DEGREES, MILD_DEGREES)
        matrix = augment.affine(turn, scale, scale, False, (TILE_SIDE / 2, TILE_SIDE / 2), (across, down))
        return augment.warp(tile, matrix, CELL_SIDE, CELL_SIDE)

    def picture(self, hand: hands.Hand) -> np.ndarray:
        """An augmented montage, float32 [256, 256] in 0..255."""
        kind = self.rng.integers(3)
        degrees = float(self.rng.integers(MOST_DEGREES)) if kind == 1 else 0.0
        # The seed widens the canvas until the turned square fits, then shrinks it back.
        scale = 1 / (abs(np.cos(np.deg2rad(degrees))) + abs(np.sin(np.deg2rad(degrees))))
        carpus, joints, finger, thumb = (self._cell(tile, degrees, scale) for tile in self.cache.get(hand))
        canvas = np.hstack([np.vstack([carpus, joints]), np.vstack([finger, thumb])]).astype(np.float32)
        canvas = augment.photometry(canvas / 255.0, self.rng, 0.5) * 255.0
        if kind == 2:
            noise = cv2.randn(np.empty_like(canvas), 0, float(self.rng.integers(*NOISE_SIGMA)))
            canvas = np.clip(canvas + noise, 0, 255)
        return canvas

    def collate(self, chosen: List[hands.Hand]) -> dict:
        """{"image" [n,3,256,256], "sex" [n,1], "target" [n,1] standardised months}."""
        sex = np.array([[0.0 if self.rng.random() < SEX_DROP else h.sex] for h in chosen], np.float32)
        months = np.array([[h.bone_age_months] for h in chosen], np.float32)
        return {"image": runtime.to_tensor([input_of(self.picture(h)) for h in chosen]),
                "sex": torch.from_numpy(sex), "target": torch.from_numpy((months - MEAN_MONTHS) / STD_MONTHS)}
