"""Plain limbs, drawn by the same hand as the trunk: so that drawing itself is no sign of "not a limb"."""
from __future__ import annotations

import numpy as np

from .rays import Rays, curve, smooth_noise


def _bone(rays: Rays, rng: np.random.Generator, line: np.ndarray, radius: float, density: float) -> None:
    rays.add(rays.tubes([line], radius, rng.uniform(0.55, 0.75)), density / radius)
    for end in (line[0], line[-1]):
        half = (radius * rng.uniform(1.3, 2.1), radius * rng.uniform(1.2, 2.0))
        rays.add(rays.ellipsoid(tuple(end), half, 1.0, rng.uniform(-20, 20)), 0.7 * density)


def long_bones(rays: Rays, rng: np.random.Generator) -> None:
    """One or two parallel bones, often with a joint and the next segment."""
    x, bend = rng.uniform(-0.08, 0.08), rng.uniform(-0.05, 0.05)
    middle = rng.uniform(0.25, 0.75) if rng.random() < 0.7 else rng.choice((-0.3, 1.3))
    kink = rng.uniform(-0.5, 0.5) if rng.random() < 0.3 else rng.uniform(-0.06, 0.06)
    path = lambda y: x + bend * np.sin(3 * y) + kink * np.maximum(y - middle, 0)
    ys = np.linspace(-0.2, 1.2, 50)
    flesh = np.stack([path(ys), ys], axis=1)
    width = rng.uniform(0.1, 0.22)
    rays.add(rays.tubes([flesh], width) / width, rng.uniform(0.3, 0.7))
    for low, high, pair in ((-0.2, middle - 0.02, rng.random() < 0.5), (middle + 0.02, 1.2, rng.random() < 0.5)):
        if high - low < 0.05:
            continue
        part = np.linspace(low, high, 20)
        gap = rng.uniform(0.25, 0.42) * width
        for shift in ((-gap, gap) if pair else (0.0,)):
            _bone(rays, rng, np.stack([path(part) + shift, part], axis=1), width * rng.uniform(0.14, 0.3) * (1 if pair else 1.3), rng.uniform(0.5, 1.0))


def rays_of_hand(rays: Rays, rng: np.random.Generator) -> None:
    """Five rays of short bones, a block of carpal or tarsal bones, and the start of the limb."""
    palm, wide = rng.uniform(0.55, 0.7), rng.uniform(0.12, 0.18)
    rays.add(rays.ellipsoid((0, palm), (wide + 0.05, 0.2)), 0.6)
    rays.add(rays.tubes([np.array([(0, palm), (0, 1.2)])], 0.1) * 8, 0.6)
    for i in range(5):
        spread = (i - 2) / 2
        line = curve([(0.35 * wide * spread, palm), (wide * spread, palm - 0.2), ((1 + rng.uniform(0.1, 0.9)) * wide * spread, rng.uniform(0.05, 0.15) + 0.09 * abs(spread))], 60)
        rays.add(rays.tubes([line], 0.032) / 0.032, 0.45)
        start = 12
        for share in (22, 12, 7, 5):
            part = line[start:start + share]
            if len(part) > 2:
                _bone(rays, rng, part, rng.uniform(0.009, 0.014), 0.6)
            start += share + 1
    for _ in range(8):
        rays.add(rays.ellipsoid((rng.uniform(-0.08, 0.08), palm + rng.uniform(0, 0.09)), (0.03, 0.025), 1.0, rng.uniform(0, 180)), 0.5)
    for side in (-1, 1):
        _bone(rays, rng, np.array([(side * 0.045, palm + 0.13), (side * 0.05, 1.2)]), rng.uniform(0.02, 0.035), 0.7)
    rays.sum *= 1 + 0.03 * smooth_noise(rng, rays.sum.shape, 12)
