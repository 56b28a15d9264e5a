"""Augmented crops of FracAtlas radiographs and the target maps of the fracture network."""
from __future__ import annotations

from typing import List, Optional

import cv2
import numpy as np
import torch

from . import augment, runtime
from .cache import ContentCache
from .fracture_net import MASK_STRIDE, STRIDE
from .normalise import InputSpec, standardise

SPEC = InputSpec(768, 768)
CROP = 448
"""Side of a training crop in input pixels; serving takes the whole 768 x 768 canvas."""
SCALES = (0.7, 1.35)
DEGREES = 20
UPSIDE_DOWN, WHOLE_VIEW = 0.15, 0.25
CENTRE_JITTER = 150
"""Input pixels by which a crop's centre may miss the fracture it was chosen for."""
MINIMUM_VISIBLE = 0.4
BOX_CELLS = 0.3
"""Cells whose heat target exceeds this learn the box."""


def polygons_of(entry: dict, scale: float) -> List[np.ndarray]:
    """The fracture outlines of an entry, one [n, 2] array each, multiplied by `scale`."""
    return [np.concatenate([np.asarray(ring, float).reshape(-1, 2) for ring in f["polygon"]]) * scale
            for f in entry["fractures"]]


def draw_targets(polygons: List[np.ndarray], side: int) -> dict:
    """Target maps of one crop from outlines in its pixels: heat, distances, weight, mask, fractured."""
    cells, fine = side // STRIDE, side // MASK_STRIDE
    heat = np.zeros((cells, cells), np.float32)
    distances = np.ones((4, cells, cells), np.float32)
    mask = np.zeros((fine, fine), np.float32)
    centres = (np.arange(cells, dtype=np.float32) + 0.5) * STRIDE
    for polygon in polygons:
        whole = np.concatenate([polygon.min(axis=0), polygon.max(axis=0)])
        left, top, right, bottom = np.clip(whole, 0, side)
        area = max((whole[2] - whole[0]) * (whole[3] - whole[1]), 1e-3)
        cv2.fillPoly(mask, [np.round(polygon / MASK_STRIDE * 16 - 8).astype(np.int32)], 1.0, shift=4)
        if (right - left) * (bottom - top) / area < MINIMUM_VISIBLE or min(right - left, bottom - top) < 2:
            continue
        x, y = (left + right) / 2, (top + bottom) / 2
        spread_x, spread_y = (max(s / 6, STRIDE * 0.6) for s in (right - left, bottom - top))
        bump = np.exp(-((centres[None, :] - x) ** 2 / (2 * spread_x ** 2)
                        + (centres[:, None] - y) ** 2 / (2 * spread_y ** 2)))
        bump[min(int(y / STRIDE), cells - 1), min(int(x / STRIDE), cells - 1)] = 1.0
        nearest = bump > heat
        edges = np.stack(np.broadcast_arrays(centres[None, :] - left, centres[:, None] - top,
                                             right - centres[None, :], bottom - centres[:, None]))
        distances = np.where(nearest[None], edges, distances).astype(np.float32)
        heat = np.maximum(heat, bump).astype(np.float32)
    inside = (heat > BOX_CELLS) & (distances.min(axis=0) > 0)
    return {"heat": heat[None], "distances": np.where(inside[None], distances, 1.0).astype(np.float32),
            "weight": (heat * inside)[None].astype(np.float32), "mask": mask[None],
            "fractured": np.array([float(heat.max() > 0)], np.float32)}


class Sampler:
    """Turns entries into augmented crops with targets."""

    def __init__(self, cache: ContentCache, rng: np.random.Generator, side: int = CROP) -> None:
        self.cache, self.rng, self.side = cache, rng, side

    def _centre(self, polygons: List[np.ndarray], width: int, height: int, scale: float) -> np.ndarray:
        """Content point to put at the crop's centre."""
        size = np.array([width, height], float)
        if polygons and self.rng.random() >= WHOLE_VIEW:
            chosen = polygons[int(self.rng.integers(len(polygons)))]
            return chosen.mean(axis=0) + self.rng.uniform(-CENTRE_JITTER, CENTRE_JITTER, 2) / scale
        reach = np.maximum(size - self.side / scale, 0) / 2 + 20
        return size / 2 + self.rng.uniform(-reach, reach)

    def crop(self, entry: dict) -> dict:
        """One standardised crop [3, side, side] and its targets."""
        content, _ = self.cache.get(entry["path"])
        height, width = content.shape
        polygons = polygons_of(entry, width / entry["width"])
        scale = float(np.exp(self.rng.uniform(*np.log(SCALES))))
        angle = self.rng.uniform(-DEGREES, DEGREES) + (180 if self.rng.random() < UPSIDE_DOWN else 0)
        matrix = augment.affine(angle, scale * self.rng.uniform(0.94, 1.06), scale, self.rng.random() < 0.5,
                                self._centre(polygons, width, height, scale), (self.side / 2, self.side / 2))
        canvas = augment.photometry(augment.warp(content, matrix, self.side, self.side), self.rng)
        moved = [augment.transform_points(p, matrix) for p in polygons]
        return {"image": standardise(canvas, SPEC.mean, SPEC.std), **draw_targets(moved, self.side)}

    def collate(self, entries: List[dict]) -> dict:
        """A batch of tensors; `image` is channels-last."""
        crops = [self.crop(e) for e in entries]
        batch = {k: torch.from_numpy(np.stack([c[k] for c in crops])) for k in crops[0] if k != "image"}
        return {"image": runtime.to_tensor([c["image"] for c in crops]), **batch}


def epoch_entries(training: List[dict], rng: np.random.Generator, limit: Optional[int] = None) -> List[dict]:
    """All fractured images and as many sound ones, chosen anew each epoch."""
    fractured = [e for e in training if e["fractured"]]
    sound = [e for e in training if not e["fractured"]]
    chosen = fractured + [sound[i] for i in rng.permutation(len(sound))[:len(fractured)]]
    return chosen[:limit]
