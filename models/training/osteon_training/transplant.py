"""Pieces of one radiograph put into another: more places to see a fracture in, and no seam that tells of one.

Sound pieces are moved as often as fractured ones, so that a seam alone says nothing.
"""
from __future__ import annotations

from typing import List, Tuple

import cv2
import numpy as np

MARGIN = 0.35
"""How far the moved piece reaches beyond the fracture's box, as a share of the box's longer side."""
TARGET_QUANTILE = 0.6
"""The piece is centred on one of the pixels of the target that are brighter than this share of it: on bone."""
CONTRAST = (0.7, 1.4)
SCALES = (0.7, 1.3)


def bright_point(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random [x, y] among the brighter pixels."""
    small = content[::8, ::8]
    rows, columns = np.nonzero(small >= np.quantile(small, TARGET_QUANTILE))
    chosen = int(rng.integers(len(rows)))
    return np.array([columns[chosen], rows[chosen]], float) * 8 + 4


def window_around(polygon: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """(centre, half size) of the piece that holds an outline [n, 2]."""
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    return (low + high) / 2, (high - low) / 2 + MARGIN * (high - low).max()


def move(source: np.ndarray, centre: np.ndarray, half: np.ndarray, target: np.ndarray, place: np.ndarray,
         polygons: List[np.ndarray], rng: np.random.Generator) -> Tuple[np.ndarray, List[np.ndarray]]:
    """A copy of `target` with the piece of `source` around `centre` blended in at `place`, and the moved outlines.

    Images are float32 [h, w] in 0..1; the piece is turned, scaled, mirrored, and takes the target's brightness.
    """
    scale, angle = float(np.exp(rng.uniform(*np.log(SCALES)))), np.deg2rad(rng.uniform(-30, 30))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([-1.0 if rng.random() < 0.5 else 1.0, 1.0])
    reach = np.ceil(np.abs(turn) @ half + 2).astype(int)
    low, high = np.round(place).astype(int) - reach, np.round(place).astype(int) + reach
    low, high = np.maximum(low, 0), np.minimum(high, target.shape[::-1])
    if (high - low).min() < 8:
        return target, []
    matrix = np.hstack([turn, (place - low - turn @ centre)[:, None]])
    size = tuple(int(v) for v in high - low)
    piece = cv2.warpAffine(source, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    plate = np.zeros(source.shape, np.float32)
    cv2.ellipse(plate, tuple(int(v) for v in centre), tuple(max(2, int(v * 0.85)) for v in half), 0, 0, 360, 1.0, -1)
    alpha = cv2.warpAffine(plate, matrix, size)
    alpha = cv2.GaussianBlur(alpha, (0, 0), max(1.5, float(half.min() * scale) * 0.15))
    there = target[low[1]:high[1], low[0]:high[0]]
    weight = float(alpha.sum()) + 1e-6
    mean, wanted = float((piece * alpha).sum()) / weight, float((there * alpha).sum()) / weight
    piece = np.clip((piece - mean) * rng.uniform(*CONTRAST) + wanted, 0, 1)
    out = target.copy()
    out[low[1]:high[1], low[0]:high[0]] = there + alpha * (piece - there)
    return out, [p @ turn.T + (place - turn @ centre) for p in polygons]
