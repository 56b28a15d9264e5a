"""From line integrals to a picture: scatter, blur, curve, collimation, letters, noise, and a touch of a real film's grain."""
from __future__ import annotations

from typing import List

import cv2
import numpy as np

from .rays import Rays, smooth_noise


def expose(rays: Rays, rng: np.random.Generator, grain: List[np.ndarray]) -> np.ndarray:
    """The gathered densities as float32 [h, w] in 0..1, bright = dense. `grain` are real radiographs, for texture alone."""
    integral = rays.sum * (1 + rng.uniform(0, 0.04) * smooth_noise(rng, rays.sum.shape, int(rng.integers(8, 60))))
    scatter = cv2.GaussianBlur(integral, (0, 0), rays.height * rng.uniform(0.05, 0.15))
    share = rng.uniform(0.0, 0.35)
    seen = (1 - share) * integral + share * scatter
    if rng.random() < 0.5:  # the contrast enhancement of a modern detector
        seen = seen + rng.uniform(0.2, 1.0) * (seen - cv2.GaussianBlur(seen, (0, 0), rays.height * rng.uniform(0.02, 0.08)))
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.6, 1.6))
    low, high = np.percentile(seen, [rng.uniform(0, 3), rng.uniform(97.5, 100)])
    picture = np.clip((seen - low) / max(high - low, 1e-6), 0, 1)
    if rng.random() < 0.5:
        steep, middle = rng.uniform(3, 8), rng.uniform(0.35, 0.6)
        picture = 1 / (1 + np.exp(-steep * (picture - middle)))
    picture = picture ** np.exp(rng.uniform(-0.6, 0.6))
    picture = picture + rng.uniform(0.003, 0.03) * rng.standard_normal(picture.shape)
    if grain and rng.random() < 0.8:
        picture = picture + _grain(grain[int(rng.integers(len(grain)))], picture.shape, rng)
    return np.clip(picture, 0, 1).astype(np.float32)


def _grain(source: np.ndarray, shape: tuple, rng: np.random.Generator) -> np.ndarray:
    """The fine structure of a patch of a real film, without its shapes."""
    side = max(24, int(min(source.shape) * rng.uniform(0.2, 0.5)))
    top, left = (int(rng.integers(0, max(1, s - side))) for s in source.shape)
    patch = cv2.resize(source[top:top + side, left:left + side], (shape[1], shape[0]))
    fine = patch - cv2.GaussianBlur(patch, (0, 0), rng.uniform(1.0, 4.0))
    return rng.uniform(0.4, 1.4) * np.clip(fine, -0.04, 0.04)


def finish(picture: np.ndarray, rng: np.random.Generator, margin: float) -> np.ndarray:
    """Crops, turns, collimates and letters a picture; `margin` is the greatest share cropped from each side."""
    height, width = picture.shape
    if rng.random() < 0.7:
        top, left = int(height * rng.uniform(0, margin)), int(width * rng.uniform(0, margin))
        bottom, right = height - int(height * rng.uniform(0, margin)), width - int(width * rng.uniform(0, margin))
        picture = picture[top:bottom, left:right]
    height, width = picture.shape
    if rng.random() < 0.3:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-12, 12), 1.0)
        picture = cv2.warpAffine(picture, turn, (width, height), borderValue=0)
    if rng.random() < 0.35:
        picture = collimate(picture, rng)
    if rng.random() < 0.7:
        _letters(picture, rng)
    if rng.random() < 0.5:
        picture = np.round(picture * 255) / 255
    return np.ascontiguousarray(picture, np.float32)


def collimate(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blends all but a rectangle or disc into an even border, dark or bright."""
    height, width = picture.shape
    mask = np.zeros_like(picture)
    centre = (width / 2 + rng.uniform(-0.04, 0.04) * width, height / 2 + rng.uniform(-0.04, 0.04) * height)
    if rng.random() < 0.2:
        cv2.circle(mask, tuple(int(c) for c in centre), int(0.5 * min(height, width)), 1.0, -1)
    else:
        size = (width * rng.uniform(0.7, 0.98), height * rng.uniform(0.7, 0.98))
        box = cv2.boxPoints((centre, size, rng.uniform(-4, 4))).astype(np.int32)
        cv2.fillPoly(mask, [box], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 2))
    outside = rng.choice((0.0, 0.03, 0.9, 1.0), p=(0.55, 0.25, 0.1, 0.1))
    return picture * mask + outside * (1 - mask)


def _letters(picture: np.ndarray, rng: np.random.Generator) -> None:
    """Side marker and, now and then, lines of small print; drawn in place."""
    height, width = picture.shape
    for _ in range(int(rng.integers(1, 3))):
        text = str(rng.choice(["L", "R", "PA", "AP", "L", "R", "LAT", "SUPINE", "A.B. 12"]))
        cv2.putText(picture, text, (int(rng.uniform(0.02, 0.85) * width), int(rng.uniform(0.05, 0.98) * height)),
                    cv2.FONT_HERSHEY_SIMPLEX, height * rng.uniform(0.0012, 0.0035), float(rng.uniform(0.8, 1)), 1 + int(rng.integers(0, 2)), cv2.LINE_AA)
    if rng.random() < 0.1:
        for line in range(int(rng.integers(2, 6))):
            text = "".join(chr(c) for c in rng.integers(48, 91, 14))
            cv2.putText(picture, text, (4, 12 + 12 * line), cv2.FONT_HERSHEY_PLAIN, 0.7, 1.0, 1, cv2.LINE_AA)
