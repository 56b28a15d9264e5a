"""Augmented crops of radiographs and the target maps of the fracture network."""
from __future__ import annotations

from typing import List, Sequence, Tuple

import cv2
import numpy as np
import torch

from . import augment, runtime, transplant
from .cache import ContentCache
from .fracture_net import MASK_STRIDE, STRIDE
from .hands import Hand
from .normalise import InputSpec, standardise

SPEC = InputSpec(768, 768)
CROP = 448
"""Side of a training crop in input pixels; serving takes the whole 768 x 768 canvas."""
SCALES = (0.7, 1.35)
DEGREES = 25
Turns = Tuple[float, float, float, float]
ALL_TURNS: Turns = (0.7, 0.1, 0.1, 0.1)
"""Shares of crops turned by 0, 90, 180 and 270 degrees."""
WHOLE_VIEW = 0.25
"""Share of crops that are not chosen for a fracture."""
MOVED = 0.3
"""Share of images without a fracture that get a piece of another: a fracture or, as often, sound bone."""
BORDERED = 0.1
"""Share of crops with a black collimation border."""
HANDS_PER_EPOCH = 220
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
    """Turns entries into augmented crops with targets. `donors` are the fractured entries pieces may come from."""

    def __init__(self, cache: ContentCache, rng: np.random.Generator, donors: Sequence[dict] = (),
                 turns: Turns = ALL_TURNS, photometry: float = 1.0, side: int = CROP) -> None:
        self.cache, self.rng, self.donors, self.side = cache, rng, donors, side
        self.turns, self.photometry = turns, photometry

    def _centre(self, polygons: List[np.ndarray], width: int, height: int, scale: float) -> np.ndarray:
        """Content point to put at the crop's centre."""
        size = np.array([width, height], float)
        if polygons and self.rng.random() >= WHOLE_VIEW:
            chosen = polygons[int(self.rng.integers(len(polygons)))]
            return chosen.mean(axis=0) + self.rng.uniform(-CENTRE_JITTER, CENTRE_JITTER, 2) / scale
        reach = np.maximum(size - self.side / scale, 0) / 2 + 20
        return size / 2 + self.rng.uniform(-reach, reach)

    def _content(self, entry: dict) -> Tuple[np.ndarray, List[np.ndarray]]:
        """Stretched content and the outlines on it, a moved piece included."""
        content, _ = self.cache.get(entry["path"])
        polygons = polygons_of(entry, content.shape[1] / entry["width"])
        if polygons or not self.donors or self.rng.random() >= MOVED:
            return content, polygons
        donor = self.donors[int(self.rng.integers(len(self.donors)))]
        source, _ = self.cache.get(donor["path"])
        outlines = polygons_of(donor, source.shape[1] / donor["width"])
        chosen = outlines[int(self.rng.integers(len(outlines)))]
        centre, half = transplant.window_around(chosen)
        place = transplant.bright_point(content, self.rng)
        if self.rng.random() < 0.5:
            return transplant.move(source, centre, half, content, place, [chosen], self.rng)
        centre = transplant.bright_point(content, self.rng)
        return transplant.move(content, centre, half, content, place, [], self.rng)

    def _border(self, canvas: np.ndarray) -> np.ndarray:
        """The canvas with some of its edges blackened, as by a collimator."""
        if self.rng.random() < BORDERED:
            left, top, right, bottom = (int(v) for v in self.rng.uniform(0, 0.15, 4) * self.side)
            open_field = np.zeros_like(canvas)
            open_field[top:self.side - bottom, left:self.side - right] = 1
            canvas = canvas * open_field
        return canvas

    def crop(self, entry: dict) -> dict:
        """One standardised crop [3, side, side] and its targets."""
        content, polygons = self._content(entry)
        height, width = content.shape
        scale = float(np.exp(self.rng.uniform(*np.log(SCALES))))
        angle = self.rng.uniform(-DEGREES, DEGREES) + 90 * int(self.rng.choice(4, p=self.turns))
        matrix = augment.affine(angle, scale * self.rng.uniform(0.9, 1.1), scale, self.rng.random() < 0.5,
                                self._centre(polygons, width, height, scale), (self.side / 2, self.side / 2))
        canvas = augment.photometry(augment.warp(content, matrix, self.side, self.side), self.rng, self.photometry)
        canvas = self._border(canvas)
        moved = [augment.transform_points(p, matrix) for p in polygons]
        return {"image": standardise(canvas, SPEC.mean, SPEC.std), **draw_targets(moved, self.side)}

    def collate(self, entries: List[dict]) -> dict:
        """A batch of tensors; `image` is channels-last."""
        crops = [self.crop(e) for e in entries]
        batch = {k: torch.from_numpy(np.stack([c[k] for c in crops])) for k in crops[0] if k != "image"}
        return {"image": runtime.to_tensor([c["image"] for c in crops]), **batch}


def hand_entries(chosen: Sequence[Hand]) -> List[dict]:
    """Children's hands as entries without a fracture."""
    return [{"path": h.path, "width": 1, "height": 1, "regions": ["hand"], "fractured": False, "fractures": []} for h in chosen]


def epoch_entries(training: List[dict], sound_hands: List[dict], rng: np.random.Generator) -> List[dict]:
    """All fractured images, as many sound ones and some children's hands, chosen anew each epoch."""
    fractured = [e for e in training if e["fractured"]]
    sound = [e for e in training if not e["fractured"]]
    return (fractured + [sound[i] for i in rng.permutation(len(sound))[:len(fractured)]]
            + [sound_hands[i] for i in rng.permutation(len(sound_hands))[:HANDS_PER_EPOCH]])
