"""One drawn radiograph by kind."""
from __future__ import annotations

from typing import Callable, Dict, List, Tuple

import numpy as np

from . import chest, film, head, limb, soft, spine
from .rays import Rays

Drawing = Callable[[Rays, np.random.Generator], None]
HEIGHT = 320

TRUNK: Dict[str, Tuple[Drawing, float, float, float]] = {
    "chest, frontal": (chest.frontal, 3.0, 1.0, 0.14),
    "chest, lateral": (chest.lateral, 1.2, 0.85, 0.10),
    "skull, frontal": (head.skull_frontal, 1.4, 0.85, 0.10),
    "skull, lateral": (head.skull_lateral, 1.6, 1.1, 0.10),
    "cervical spine, frontal": (spine.cervical_frontal, 0.8, 0.8, 0.10),
    "cervical spine, lateral": (spine.cervical_lateral, 1.2, 0.8, 0.12),
    "lumbar spine, frontal": (spine.lumbar_frontal, 1.4, 0.6, 0.12),
    "lumbar spine, lateral": (spine.lumbar_lateral, 1.4, 0.6, 0.12),
    "abdomen": (spine.abdomen, 1.6, 0.85, 0.10),
    "teeth, panoramic": (head.panoramic, 1.2, 1.9, 0.05),
    "teeth, close": (head.teeth_close, 0.8, 1.3, 0.05),
    "breast": (soft.breast, 1.2, 0.7, 0.0),
    "angiogram": (soft.angiogram, 0.8, 1.0, 0.08),
}
"""Name -> drawing, how often, width / height, greatest crop of a side."""
LIMBS: Tuple[Drawing, ...] = (limb.long_bones, limb.long_bones, limb.rays_of_hand)


def trunk(rng: np.random.Generator, grain: List[np.ndarray], kind: str = "") -> np.ndarray:
    """A radiograph of the trunk, head, teeth, breast or vessels: float32 [h, w] in 0..1, bright = dense."""
    weights = np.array([often for _, often, _, _ in TRUNK.values()])
    kind = kind or str(rng.choice(list(TRUNK), p=weights / weights.sum()))
    drawing, _, aspect, margin = TRUNK[kind]
    rays = Rays(HEIGHT if aspect < 1.4 else HEIGHT * 2 // 3, int(min(HEIGHT * aspect, 1.4 * HEIGHT) * rng.uniform(0.85, 1.15)))
    drawing(rays, rng)
    picture = film.expose(rays, rng, grain)
    if rng.random() < 0.5:
        picture = picture[:, ::-1].copy()
    return film.finish(picture, rng, margin)


def plain_limb(rng: np.random.Generator, grain: List[np.ndarray]) -> np.ndarray:
    """A limb of the same make: float32 [h, w] in 0..1."""
    rays = Rays(HEIGHT, int(HEIGHT * rng.uniform(0.45, 1.0)))
    LIMBS[int(rng.integers(len(LIMBS)))](rays, rng)
    return film.finish(film.expose(rays, rng, grain), rng, 0.15)
