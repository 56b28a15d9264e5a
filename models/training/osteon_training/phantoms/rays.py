"""Line integrals of simple solids: how much of a solid each ray crosses, on a grid of rays.

Lengths are fractions of the image height; x is 0 on the midline and grows to the right of the image, y is 0 at the top edge.
A solid is drawn as its thickness along the ray; the sum of thickness times density is what a detector sees, in logarithm.
"""
from __future__ import annotations

from typing import Sequence, Tuple

import cv2
import numpy as np

Point = Tuple[float, float]
SUBPIXEL_BITS = 4


class Rays:
    """A grid of parallel rays, `height` x `width`, and the density integral gathered along each (float32)."""

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        self.x, self.y = (x + 0.5 - width / 2) / height, (y + 0.5) / height
        self.sum = np.zeros((height, width), np.float32)

    def add(self, thickness: np.ndarray, density: float) -> None:
        """Gathers a solid of this thickness; a negative density takes tissue away (gas in a cavity)."""
        self.sum += density * thickness

    def ellipsoid(self, centre: Point, half: Point, depth: float = 1.0, degrees: float = 0.0) -> np.ndarray:
        """Thickness of an ellipsoid with half-axes `half`, `depth` thick in its middle."""
        angle = np.deg2rad(degrees)
        dx, dy = self.x - centre[0], self.y - centre[1]
        u = (dx * np.cos(angle) + dy * np.sin(angle)) / half[0]
        v = (dy * np.cos(angle) - dx * np.sin(angle)) / half[1]
        return depth * np.sqrt(np.maximum(1 - u * u - v * v, 0))

    def shell(self, centre: Point, half: Point, wall: float, depth: float = 1.0, degrees: float = 0.0) -> np.ndarray:
        """Thickness of a hollow ellipsoid: dense at its rim, as a skull is."""
        inner = (max(half[0] - wall, 1e-3), max(half[1] - wall, 1e-3))
        hollow = depth * (1 - wall / max(half))
        return self.ellipsoid(centre, half, depth, degrees) - self.ellipsoid(centre, inner, hollow, degrees)

    def distance(self, lines: Sequence[np.ndarray]) -> np.ndarray:
        """Distance to the nearest of the polylines [n, 2]."""
        mask = np.full((self.height, self.width), 255, np.uint8)
        for line in lines:
            cv2.polylines(mask, [self._pixels(line)], False, 0, 1, cv2.LINE_8, SUBPIXEL_BITS)
        return cv2.distanceTransform(mask, cv2.DIST_L2, 5) / self.height

    def tubes(self, lines: Sequence[np.ndarray], radius: float, marrow: float = 0.0) -> np.ndarray:
        """Thickness of rods along polylines; `marrow` is the share of the radius that is hollow."""
        squared = self.distance(lines) ** 2
        full = np.sqrt(np.maximum(radius * radius - squared, 0))
        return full - np.sqrt(np.maximum((radius * marrow) ** 2 - squared, 0)) if marrow else full

    def slab(self, outline: np.ndarray, rounding: float) -> np.ndarray:
        """Thickness 0..1 of a plate with this outline [n, 2] whose edge is rounded over `rounding`."""
        mask = np.zeros((self.height, self.width), np.uint8)
        cv2.fillPoly(mask, [self._pixels(outline)], 255, cv2.LINE_8, SUBPIXEL_BITS)
        inside = np.minimum(cv2.distanceTransform(mask, cv2.DIST_L2, 5) / self.height / rounding, 1)
        return np.sqrt(np.maximum(1 - (1 - inside) ** 2, 0))

    def rim(self, outline: np.ndarray, wall: float) -> np.ndarray:
        """Thickness 0..1 of a cortex along a closed outline [n, 2]."""
        return np.clip(1 - self.distance([np.vstack([outline, outline[:1]])]) / wall, 0, 1)

    def _pixels(self, points: np.ndarray) -> np.ndarray:
        pixels = np.asarray(points, np.float64) * self.height + (self.width / 2, 0.0)
        return np.round(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32).reshape(-1, 1, 2)


def curve(points: Sequence[Point], count: int = 40) -> np.ndarray:
    """A smooth open curve [count, 2] through the points (Catmull-Rom)."""
    p = np.asarray(points, np.float64)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, len(p) - 3 - 1e-9, count)
    i, f = t.astype(int), (t % 1)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def closed(points: Sequence[Point], count: int = 80) -> np.ndarray:
    """A smooth closed outline [count, 2] through the points."""
    points = list(points)
    whole = curve(points[-2:] + points + points[:2], count * (len(points) + 3) // len(points))
    step = len(whole) / (len(points) + 3)
    return whole[int(2 * step):int((2 + len(points)) * step)]


def mirrored(points: np.ndarray) -> np.ndarray:
    """The other side of the body."""
    return np.asarray(points) * (-1.0, 1.0)


def smooth_noise(rng: np.random.Generator, shape: Tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise of mean 0 and deviation 1 with about `cells` blobs along the height."""
    columns = max(2, cells * shape[1] // shape[0])
    field = cv2.resize(rng.standard_normal((max(2, cells), columns)).astype(np.float32), (shape[1], shape[0]),
                       interpolation=cv2.INTER_CUBIC)
    return (field - field.mean()) / (field.std() + 1e-6)


def branches(rng: np.random.Generator, start: Point, degrees: float, length: float, levels: int) -> list:
    """A tree of (polyline, level) that forks as vessels do; level 0 is the stem."""
    angle = np.deg2rad(degrees)
    middle = (start[0] + 0.5 * length * np.cos(angle + rng.normal(0, 0.15)),
              start[1] + 0.5 * length * np.sin(angle + rng.normal(0, 0.15)))
    end = (start[0] + length * np.cos(angle), start[1] + length * np.sin(angle))
    tree = [(curve([start, middle, end], 12), 0)]
    if levels > 1:
        for turn in (rng.uniform(-50, -12), rng.uniform(12, 50)):
            tree += [(line, level + 1) for line, level in
                     branches(rng, end, degrees + turn, length * rng.uniform(0.6, 0.85), levels - 1)]
    return tree
