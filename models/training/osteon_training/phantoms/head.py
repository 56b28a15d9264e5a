"""Skull, teeth and jaws."""
from __future__ import annotations

import numpy as np

from .rays import Rays, branches, closed, curve, mirrored, smooth_noise
from .spine import column_frontal, column_lateral


def _tooth(rays: Rays, rng: np.random.Generator, x: float, y: float, width: float, length: float, degrees: float) -> np.ndarray:
    """Thickness of crown and roots; the crown points down when `length` is positive, up when it is negative."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    place = lambda points: np.asarray(points) @ turn + (x, y)
    w = width / 2
    crown = place([(-w, 0), (-w, 0.38 * length), (w, 0.38 * length), (w, 0)])
    total = rays.slab(closed([tuple(p) for p in crown], 30), 0.4 * w) * 1.1
    roots = (-0.5, 0.5) if rng.random() < 0.5 else (0.0,)
    for root in roots:
        share = 0.75 / len(roots) + 0.1
        outline = place([(root * w - share * w, 0.05 * length), (root * w + share * w, 0.05 * length), (root * w + 0.1 * w, -0.6 * length),
                         (root * w - 0.1 * w, -0.6 * length)])
        total += 0.7 * rays.slab(outline, 0.5 * w)
    if rng.random() < 0.2:
        total += 1.8 * rays.slab(place([(-0.5 * w, 0.12 * length), (-0.5 * w, 0.36 * length), (0.5 * w, 0.36 * length), (0.5 * w, 0.1 * length)]), 0.3 * w)
    return total


def panoramic(rays: Rays, rng: np.random.Generator) -> None:
    """Orthopantomogram: both rows of teeth on a smile, the jaw with its rami, dark air between, ghosts of the spine."""
    wide = rays.width / rays.height / 2
    bow, middle = rng.uniform(0.1, 0.28), rng.uniform(0.42, 0.52)
    smile = lambda x: middle + bow * (0.5 - (x / wide) ** 2)
    rays.add(np.ones_like(rays.sum) * (1 + 0.05 * smooth_noise(rng, rays.sum.shape, 4)), 0.6)
    xs = np.linspace(-0.82 * wide, 0.82 * wide, 60)
    body = np.stack([xs, smile(xs) + rng.uniform(0.24, 0.3)], axis=1)
    rays.add(rays.tubes([body], rng.uniform(0.09, 0.13), 0.85), 4.5)
    rays.add(rays.tubes([body], 0.12), 1.6)
    for side in (-1, 1):
        ramus = curve([(side * 0.7 * wide, smile(0.7 * wide) + 0.22), (side * 0.82 * wide, middle - 0.1), (side * 0.84 * wide, 0.1)], 30)
        rays.add(rays.tubes([ramus], rng.uniform(0.07, 0.1)), 3)
        rays.add(rays.ellipsoid((side * 0.84 * wide, 0.1), (0.05, 0.06)), 0.3)
        rays.add(rays.ellipsoid((side * 0.35 * wide, middle - 0.28), (0.2 * wide, 0.1)), -rng.uniform(0.1, 0.3))
        rays.add(rays.slab(np.array([(side * 0.97 * wide, 0), (side * 1.2 * wide, 0), (side * 1.2 * wide, 1), (side * 0.97 * wide, 1)]), 0.1), 0.5)
    rays.add(np.exp(-(rays.x / (0.1 * wide)) ** 2), rng.uniform(0.05, 0.3))
    rays.add(np.exp(-((rays.y - middle + 0.3 * bow) / 0.05) ** 2) * (np.abs(rays.x) > 0.6 * wide), -0.2)
    step = 2 * 0.62 * wide / 16
    for i in range(16):
        x = -0.62 * wide + (i + 0.5) * step
        width, turn = step * (1.0 if abs(i - 7.5) > 4 else 0.75), 0.5 * np.rad2deg(-2 * bow * x / wide**2)
        for sign in (1, -1):
            if rng.random() > 0.07:
                rays.add(_tooth(rays, rng, x, smile(x) - sign * 0.09, width, sign * rng.uniform(0.18, 0.24), turn), rng.uniform(0.45, 0.7))


def teeth_close(rays: Rays, rng: np.random.Generator) -> None:
    """Periapical or bite-wing film: a few large teeth in their bone."""
    bone = 0.5 + 0.12 * smooth_noise(rng, rays.sum.shape, 30) + 0.1 * smooth_noise(rng, rays.sum.shape, 6)
    bite, both = rng.uniform(0.35, 0.65), rng.random() < 0.55
    level = np.abs(rays.y - bite) if both else (rays.y - 0.3) * (1 if rng.random() < 0.5 else -1) + 0.3
    rays.add(bone * np.clip((level - 0.16) / 0.05, 0.05, 1), 0.6)
    wide, count = rays.width / rays.height, int(rng.integers(3, 6))
    size = wide / count
    tilt = rng.uniform(-10, 10)
    for i in range(count + 1):
        x = -wide / 2 + i * size + rng.uniform(-0.1, 0.1) * size
        for sign in ((1, -1) if both else (rng.choice((-1, 1)),)):
            rays.add(_tooth(rays, rng, x, bite - sign * 0.17, 0.9 * size, sign * 0.44, tilt + rng.uniform(-6, 6)), rng.uniform(0.5, 0.9))


def skull_frontal(rays: Rays, rng: np.random.Generator) -> None:
    """Skull from the front: vault, orbits, sinuses, nose, jaws with teeth, neck."""
    w, top = rng.uniform(0.27, 0.34), rng.uniform(0.02, 0.1)
    h = rng.uniform(0.34, 0.4)
    centre = (0.0, top + h)
    rays.add(rays.ellipsoid(centre, (w + 0.015, h + 0.015)), 0.55)
    rays.add(rays.shell(centre, (w, h), rng.uniform(0.018, 0.03)), rng.uniform(1.2, 2.2))
    face = closed([(-0.85 * w, top + h), (-0.75 * w, top + 1.75 * h), (-0.35 * w, top + 2.3 * h), (0.35 * w, top + 2.3 * h), (0.75 * w, top + 1.75 * h), (0.85 * w, top + h)], 60)
    rays.add(rays.slab(face, 0.12), 0.6)
    orbit_y = top + rng.uniform(1.05, 1.25) * h
    for side in (-1, 1):
        eye = (side * 0.45 * w, orbit_y)
        rays.add(rays.ellipsoid(eye, (0.3 * w, 0.24 * w)), -rng.uniform(0.2, 0.5))
        rays.add(rays.rim(closed([(eye[0] + 0.33 * w * np.cos(a), eye[1] + 0.28 * w * np.sin(a)) for a in np.arange(0, 6.2, 0.8)], 40), 0.016), rng.uniform(0.3, 0.7))
        petrous = curve([(side * 0.12 * w, orbit_y + 0.12 * w), (side * 0.8 * w, orbit_y + rng.uniform(-0.05, 0.15) * w)], 10)
        rays.add(rays.tubes([petrous], 0.03), rng.uniform(5, 14))
        rays.add(rays.ellipsoid((side * 0.42 * w, orbit_y + 0.62 * w), (0.22 * w, 0.26 * w)), -rng.uniform(0.1, 0.4))
        ramus = curve([(side * 0.78 * w, orbit_y + 0.4 * w), (side * 0.7 * w, top + 1.95 * h), (side * 0.2 * w, top + 2.28 * h)], 25)
        rays.add(rays.tubes([ramus], 0.035, 0.5), rng.uniform(6, 12))
    rays.add(rays.ellipsoid((0, orbit_y + 0.45 * w), (0.12 * w, 0.3 * w)), -0.4)
    rays.add(np.exp(-(rays.x / 0.006) ** 2) * (np.abs(rays.y - orbit_y - 0.45 * w) < 0.3 * w), 0.3)
    for x in rng.uniform(-0.2 * w, 0.2 * w, 2):
        rays.add(rays.ellipsoid((x, orbit_y - 0.42 * w), (0.13 * w, 0.12 * w)), -rng.uniform(0.05, 0.3))
    bite = orbit_y + rng.uniform(1.0, 1.2) * w
    for i in range(8):
        for sign in (1, -1):
            rays.add(_tooth(rays, rng, (i - 3.5) * 0.13 * w, bite - sign * 0.06 * w, 0.12 * w, sign * 0.2 * w, 0), 0.5)
    if bite < 0.9:
        rays.add(column_frontal(rays, rng, 0, 0.075, 0.07, top=bite), 0.3)
        rays.add(np.sqrt(np.maximum(1 - (rays.x / 0.2) ** 2, 0)) * (rays.y > bite), 0.3)


def skull_lateral(rays: Rays, rng: np.random.Generator) -> None:
    """Skull from the side, face to the image's right."""
    w, h = rng.uniform(0.38, 0.46), rng.uniform(0.3, 0.36)
    cx, cy = -rng.uniform(0.02, 0.1), rng.uniform(0.36, 0.42)
    tilt = rng.uniform(-10, 10)
    rays.add(rays.ellipsoid((cx, cy), (w + 0.02, h + 0.02), 1.0, tilt), 0.45)
    rays.add(rays.shell((cx, cy), (w, h), rng.uniform(0.018, 0.032), 1.0, tilt), rng.uniform(1.2, 2.4))
    seams = [l for d in rng.uniform(-160, -20, 5) for l, _ in branches(rng, (cx + rng.uniform(-0.2, 0.2), cy), d, rng.uniform(0.06, 0.12), 3)]
    rays.add(rays.tubes(seams, 0.004), -rng.uniform(5, 20))
    front, base = cx + 0.85 * w, cy + 0.6 * h
    face = closed([(front - 0.3, base - 0.12), (front + 0.02, base - 0.18), (front + 0.06, base + 0.05), (front + 0.02, base + 0.35), (front - 0.15, base + 0.38), (front - 0.34, base + 0.1)], 60)
    rays.add(rays.slab(face, 0.08), 0.5)
    floor = curve([(front - 0.1, base - 0.16), (cx + 0.12, base - 0.03), (cx + 0.02, base - 0.01), (cx - 0.15, base + 0.12), (cx - 0.6 * w, base + 0.12)], 40)
    rays.add(rays.tubes([floor, floor + (0.01, 0.02)], rng.uniform(0.012, 0.02)), rng.uniform(10, 22))
    rays.add(rays.ellipsoid((cx - 0.04, base + 0.04), (0.09, 0.07), 1.0, -20), rng.uniform(0.4, 0.9))
    rays.add(rays.ellipsoid((front - 0.1, base + 0.1), (0.09, 0.08)), -rng.uniform(0.15, 0.4))
    rays.add(rays.ellipsoid((front + 0.02, base - 0.2), (0.025, 0.05)), -rng.uniform(0.1, 0.4))
    rays.add(rays.ellipsoid((front - 0.06, base - 0.05), (0.07, 0.06)), -rng.uniform(0.05, 0.25))
    bite = base + rng.uniform(0.2, 0.24)
    for i in range(7):
        for sign in (1, -1):
            rays.add(_tooth(rays, rng, front - 0.01 - 0.03 * i, bite - sign * 0.025, 0.028, sign * 0.08, 0), rng.uniform(0.3, 0.6))
    jaw = curve([(cx + 0.1, base + 0.05), (cx + 0.13, bite + 0.08), (front - 0.02, bite + 0.12)], 25)
    rays.add(rays.tubes([jaw, jaw + (-0.02, 0.015)], 0.035, 0.6), rng.uniform(7, 14))
    rays.add(column_lateral(rays, rng, cx - 0.02, 0.07, 0.07, 0.03, top=base + 0.16), 0.35)
    neck = closed([(cx - 0.25, base + 0.05), (cx - 0.25, 1.3), (cx + 0.22, 1.3), (cx + 0.2, base + 0.1)], 40)
    rays.add(rays.slab(neck, 0.12), 0.4)
