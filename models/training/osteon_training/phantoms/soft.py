"""Breast, and vessels filled with contrast medium."""
from __future__ import annotations

import numpy as np

from .rays import Rays, branches, curve, smooth_noise


def breast(rays: Rays, rng: np.random.Generator) -> None:
    """Mammogram: a half oval on one edge, glandular strands that run to the nipple, sometimes the chest muscle."""
    wide = rays.width / rays.height
    reach, middle, half = rng.uniform(0.3, 0.85) * wide, rng.uniform(0.42, 0.6), rng.uniform(0.28, 0.5)
    edge = -wide / 2
    tissue = rays.ellipsoid((edge, middle), (reach, half)) ** rng.uniform(0.25, 0.6)
    rays.add(tissue, 0.5)
    toward = np.exp(-(((rays.x - edge) / reach - 0.5) / 0.35) ** 2 - ((rays.y - middle) / (0.55 * half)) ** 2)
    strands = sum(smooth_noise(rng, rays.sum.shape, c) / n for n, c in ((1, 5), (1.5, 14), (2.5, 36), (4, 80)))
    rays.add(tissue * toward * np.clip(0.6 + 0.5 * strands, 0, 2), rng.uniform(0.1, 0.7))
    ducts = [l for y in rng.uniform(-0.3, 0.3, 7) for l, _ in branches(rng, (edge + 0.95 * reach, middle), 180 + 90 * y, 0.3 * reach, 3)]
    rays.add(rays.tubes(ducts, 0.005) * tissue, rng.uniform(2, 14))
    if rng.random() < 0.5:
        low = rng.uniform(0.4, 0.9)
        muscle = np.array([(edge - 0.1, -0.1), (edge + rng.uniform(0.15, 0.4) * wide, -0.1), (edge - 0.1, low)])
        rays.add(rays.slab(muscle, 0.03), rng.uniform(0.2, 0.5))
    for _ in range(int(rng.integers(0, 3))):
        size = rng.uniform(0.005, 0.05)
        rays.add(rays.ellipsoid((edge + rng.uniform(0.1, 0.7) * reach, middle + rng.uniform(-0.5, 0.5) * half), (size, size)), rng.uniform(0.1, 0.4))


def angiogram(rays: Rays, rng: np.random.Generator) -> None:
    """Vessels with contrast medium (dense, or dark after subtraction) over a vague background, often in a round field."""
    rays.add(0.5 + 0.12 * smooth_noise(rng, rays.sum.shape, 3) + 0.04 * smooth_noise(rng, rays.sum.shape, 9), 1.0)
    sign = rng.choice((-1.0, 1.0))
    for _ in range(int(rng.integers(1, 4))):
        start = (rng.uniform(-0.3, 0.3), rng.choice((0.0, 0.5, 1.0)))
        tree = branches(rng, start, rng.uniform(0, 360) if start[1] == 0.5 else 90 - 180 * start[1], rng.uniform(0.12, 0.25), 6)
        for level in range(6):
            rays.add(rays.tubes([l for l, at in tree if at == level], 0.016 * 0.72**level), sign * rng.uniform(8, 22))
    if rng.random() < 0.4:
        rays.add(rays.shell((rng.uniform(-0.1, 0.1), 0.5), (0.45, 0.42), 0.03), rng.uniform(0.2, 0.8))
    if rng.random() < 0.3:
        rays.add(rays.tubes([curve([(rng.uniform(-0.4, 0.4), y) for y in np.linspace(-0.1, 0.8, 4)], 40)], 0.005), sign * 60)
