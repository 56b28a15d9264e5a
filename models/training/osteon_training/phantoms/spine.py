"""The vertebral column: stacked bodies with discs, their processes, and the tissue round them."""
from __future__ import annotations

import numpy as np

from .rays import Rays, closed, curve, mirrored, smooth_noise


def _body(width: float, height: float, waist: float, centre, degrees: float) -> np.ndarray:
    """Outline of one vertebral body: a rectangle with a waist."""
    w, h = width / 2, height / 2
    points = np.array([(-w, -h), (0, -h * 0.92), (w, -h), (w * waist, 0), (w, h), (0, h * 0.92), (-w, h), (-w * waist, 0)])
    angle = np.deg2rad(degrees)
    turned = points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return closed([tuple(p) for p in turned + centre], 48)


def _levels(rng: np.random.Generator, pitch: float, top: float, bottom: float) -> list:
    """(y, pitch) of the bodies, growing slowly downwards."""
    y, out = top - rng.uniform(0, pitch), []
    while y < bottom:
        out.append((y, pitch))
        y += pitch
        pitch *= 1.02
    return out


def column_frontal(rays: Rays, rng: np.random.Generator, x: float, pitch: float, width: float,
                   top: float = 0.0, bottom: float = 1.1, processes: float = 0.0) -> np.ndarray:
    """Thickness of bodies seen from the front, with pedicles and spinous processes; `processes` is the transverse reach."""
    total, phase = np.zeros_like(rays.sum), rng.uniform(0, 6)
    bend = rng.uniform(0, 0.02) if rng.random() < 0.8 else rng.uniform(0.02, 0.07)
    for y, height in _levels(rng, pitch, top, bottom):
        centre = np.array([x + bend * np.sin(phase + 4 * y), y])
        tilt = np.rad2deg(np.arctan(4 * bend * np.cos(phase + 4 * y))) * -1
        w = width * (0.9 + 0.25 * y) * rng.uniform(0.97, 1.03)
        outline = _body(2 * w * 0.62, 0.82 * height, 0.86, centre, -tilt)
        total += 0.7 * rays.slab(outline, 0.25 * height) + 0.5 * rays.rim(outline, 0.08 * height)
        for side in (-1, 1):
            pedicle = centre + (side * 0.36 * w, -0.12 * height)
            total += 0.5 * rays.shell(tuple(pedicle), (0.1 * w, 0.17 * height), 0.05 * height)
            if processes:
                arm = curve([tuple(centre + (side * 0.55 * w, -0.1 * height)), tuple(centre + (side * (0.6 * w + processes), -0.16 * height))], 8)
                total += 10 * rays.tubes([arm], 0.1 * height, 0.3)
        total += 0.5 * rays.ellipsoid(tuple(centre + (0, 0.3 * height)), (0.09 * w, 0.3 * height))
    return total


def column_lateral(rays: Rays, rng: np.random.Generator, x: float, pitch: float, depth: float, bend: float,
                   top: float = 0.0, bottom: float = 1.1, processes: bool = True) -> np.ndarray:
    """Thickness of bodies seen from the side along a bow of height `bend`; the processes point to the image's left."""
    total = np.zeros_like(rays.sum)
    phase = rng.uniform(-0.4, 0.4)
    for y, height in _levels(rng, pitch, top, bottom):
        centre = np.array([x + bend * np.sin(np.pi * (y + phase)), y])
        tilt = np.rad2deg(np.arctan(np.pi * bend * np.cos(np.pi * (y + phase))))
        outline = _body(depth, 0.8 * height, 0.9, centre, -tilt)
        total += 0.75 * rays.slab(outline, 0.2 * height) + 0.6 * rays.rim(outline, 0.07 * height)
        if processes:
            joint = centre + (-0.75 * depth, 0.05 * height)
            total += 0.45 * rays.ellipsoid(tuple(joint), (0.22 * depth, 0.42 * height), 1.0, 20)
            tip = centre + (-1.6 * depth, rng.uniform(0.35, 0.6) * height)
            total += 6 * rays.tubes([curve([tuple(joint), tuple(tip)], 8)], 0.13 * height, 0.2)
    return total


def lumbar_frontal(rays: Rays, rng: np.random.Generator) -> None:
    """Lumbar or lower thoracic spine from the front, with psoas, bowel gas, last ribs and the tops of the iliac wings."""
    trunk = np.sqrt(np.maximum(1 - (rays.x / rng.uniform(0.36, 0.6)) ** 2, 0))
    rays.add(trunk, 0.9)
    pitch, width = rng.uniform(0.12, 0.19), rng.uniform(0.08, 0.13)
    for side in (-1, 1):
        muscle = closed([(side * 0.05, 0.2), (side * 0.09, 0.3), (side * 0.24, 0.95), (side * 0.1, 1.0)], 50)
        rays.add(rays.slab(muscle, 0.05), rng.uniform(0.03, 0.15))
    rays.add(column_frontal(rays, rng, rng.uniform(-0.03, 0.03), pitch, width, processes=rng.uniform(0.03, 0.08)), rng.uniform(0.25, 0.6))
    last_ribs(rays, rng)
    gas(rays, rng, int(rng.integers(0, 14)))
    if rng.random() < 0.5:
        iliac_tops(rays, rng)


def last_ribs(rays: Rays, rng: np.random.Generator) -> None:
    """The lowest ribs, at the top of a film of the belly."""
    lines, slope = [], rng.uniform(0.1, 0.22)
    for i in range(int(rng.integers(1, 4))):
        y = -0.05 + 0.08 * i + rng.uniform(0, 0.03)
        line = curve([(0.05, y), (0.2, y + 0.5 * slope), (0.38 - 0.06 * i, y + 1.4 * slope)], 20)
        lines += [line, mirrored(line)]
    rays.add(rays.tubes(lines, rng.uniform(0.009, 0.013), 0.5), rng.uniform(4, 9))


def iliac_tops(rays: Rays, rng: np.random.Generator) -> None:
    """Only the crests: a film that shows hips is a limb film."""
    y = rng.uniform(0.84, 0.95)
    for side in (-1, 1):
        wing = closed([(side * 0.12, y + 0.06), (side * 0.25, y), (side * 0.4, y + 0.04), (side * 0.42, 1.2), (side * 0.15, 1.2)], 60)
        rays.add(0.6 * rays.slab(wing, 0.03) + 0.5 * rays.rim(wing, 0.012), rng.uniform(0.2, 0.4))


def gas(rays: Rays, rng: np.random.Generator, count: int) -> None:
    """Bowel gas: chains of rounded bubbles with folds, and speckled stool."""
    for _ in range(count):
        x, y = rng.uniform(-0.33, 0.33), rng.uniform(0.05, 0.98)
        turn = rng.uniform(0, 360)
        for _ in range(int(rng.integers(1, 6))):
            size = rng.uniform(0.015, 0.05)
            rays.add(rays.ellipsoid((x, y), (size, size * rng.uniform(0.6, 1.2)), 1.0, turn), -rng.uniform(0.1, 0.4))
            x, y, turn = x + size * np.cos(np.deg2rad(turn)), y + size * np.sin(np.deg2rad(turn)), turn + rng.uniform(-40, 40)


def abdomen(rays: Rays, rng: np.random.Generator) -> None:
    """Plain film of the belly, pelvis cut off."""
    trunk = np.sqrt(np.maximum(1 - (rays.x / rng.uniform(0.38, 0.55)) ** 2, 0))
    rays.add(trunk * (1 + 0.04 * smooth_noise(rng, trunk.shape, 5)), 1.0)
    rays.add(rays.ellipsoid((-0.22, 0.12), (0.2, 0.26), 1.0, -25), rng.uniform(0.05, 0.2))
    for side in (-1, 1):
        rays.add(rays.ellipsoid((side * 0.17, 0.4), (0.055, 0.11), 1.0, side * 15), rng.uniform(0.02, 0.12))
    rays.add(column_frontal(rays, rng, rng.uniform(-0.02, 0.02), rng.uniform(0.085, 0.12), rng.uniform(0.06, 0.085),
                            processes=rng.uniform(0.02, 0.05)), rng.uniform(0.2, 0.45))
    last_ribs(rays, rng)
    gas(rays, rng, int(rng.integers(6, 34)))
    if rng.random() < 0.5:
        iliac_tops(rays, rng)
    if rng.random() < 0.2:  # contrast medium in the bowel
        line = curve([(rng.uniform(-0.3, 0.3), y) for y in np.sort(rng.uniform(0.05, 0.95, 7))], 70)
        rays.add(rays.tubes([line], rng.uniform(0.015, 0.05)), rng.uniform(8, 25))


def lumbar_lateral(rays: Rays, rng: np.random.Generator) -> None:
    """Lumbar or thoracic spine from the side, collimated to the column."""
    x, pitch = rng.uniform(-0.06, 0.08), rng.uniform(0.12, 0.19)
    rays.add(np.exp(-((rays.x - x - 0.05) / rng.uniform(0.25, 0.45)) ** 2), 1.0)
    rays.add(column_lateral(rays, rng, x, pitch, rng.uniform(0.12, 0.18), rng.uniform(-0.06, 0.09)), rng.uniform(0.35, 0.7))
    lines = [curve([(x - 0.15, y), (x + 0.05, y + 0.1), (x + 0.25, y + 0.26)], 20) for y in np.arange(-0.1, rng.uniform(0.1, 0.9), 0.1)]
    rays.add(rays.tubes(lines, 0.011, 0.5), rng.uniform(2, 6))
    gas(rays, rng, int(rng.integers(0, 6)))
    if rng.random() < 0.5:
        sacrum = closed([(x + 0.09, 0.84), (x - 0.06, 0.85), (x - 0.26, 1.1), (x - 0.1, 1.2)], 40)
        rays.add(rays.slab(sacrum, 0.05), 0.5)
        rays.add(rays.ellipsoid((x + 0.02, 1.02), (0.2, 0.2)), 0.35)


def cervical_lateral(rays: Rays, rng: np.random.Generator) -> None:
    """Neck from the side, face to the image's right: jaw, occiput, air way, shoulders."""
    x = rng.uniform(-0.06, 0.02)
    neck = closed([(x - 0.2, 0.1), (x - 0.22, 0.55), (x - 0.36, 0.95), (x - 0.45, 1.2), (x + 0.5, 1.2), (x + 0.26, 0.85), (x + 0.2, 0.45), (x + 0.24, 0.1)], 80)
    rays.add(rays.slab(neck, 0.16), 0.8)
    rays.add(rays.ellipsoid((x - 0.1, -0.12), (0.34, 0.26)), 0.8)
    rays.add(rays.shell((x - 0.1, -0.12), (0.33, 0.25), 0.03), 1.2)
    jaw = curve([(x + 0.1, -0.02), (x + 0.1, 0.2), (x + 0.34, 0.26)], 20)
    rays.add(rays.tubes([jaw, jaw + (0.02, 0.015)], 0.035, 0.5), 9)
    rays.add(column_lateral(rays, rng, x, rng.uniform(0.085, 0.115), rng.uniform(0.085, 0.12), rng.uniform(-0.01, 0.09), top=0.12), rng.uniform(0.35, 0.7))
    airway = curve([(x + 0.12, 0.1), (x + 0.11, 0.4), (x + 0.13, 0.6), (x + 0.1, 0.9)], 30)
    rays.add(rays.tubes([airway], rng.uniform(0.02, 0.035)), -8)
    rays.add(rays.ellipsoid((x, 1.05), (0.55, rng.uniform(0.1, 0.3))), rng.uniform(0.4, 0.9))


def cervical_frontal(rays: Rays, rng: np.random.Generator) -> None:
    """Neck from the front: jaw above, lung tops and first ribs below, air way in the middle."""
    width = 0.2 + 0.35 * np.clip((rays.y - 0.55) / 0.3, 0, 1) ** 2
    rays.add(np.sqrt(np.maximum(1 - (rays.x / width) ** 2, 0)), 0.8)
    rays.add(column_frontal(rays, rng, 0.0, rng.uniform(0.085, 0.12), rng.uniform(0.08, 0.11), processes=0.03), rng.uniform(0.35, 0.6))
    rays.add(np.exp(-(rays.x / 0.03) ** 2), -rng.uniform(0.1, 0.35))
    jaw = curve([(-0.2, -0.05), (-0.12, 0.12), (0.12, 0.12), (0.2, -0.05)], 30)
    rays.add(rays.tubes([jaw], 0.07), 7)
    lines = []
    for i in range(2):
        line = curve([(0.06, 0.7 + 0.1 * i), (0.2, 0.72 + 0.1 * i), (0.3, 0.9 + 0.1 * i)], 20)
        lines += [line, mirrored(line)]
    clavicle = curve([(0.05, 0.95), (0.2, 0.9), (0.5, 0.84)], 20)
    rays.add(rays.tubes(lines + [clavicle, mirrored(clavicle)], 0.018, 0.6), 8)
    for side in (-1, 1):
        rays.add(rays.ellipsoid((side * 0.16, 0.98), (0.13, 0.22)), -0.4)
