"""The thorax, from the front and from the side."""
from __future__ import annotations

import numpy as np

from .rays import Rays, branches, closed, curve, mirrored, smooth_noise
from .spine import column_frontal, column_lateral

SOFT, BONE, LUNG_GAS = 1.0, 2.0, -0.85


def _trunk(rays: Rays, half_width: float, neck: float, shoulder: float) -> np.ndarray:
    """Thickness 0..1 of neck, shoulders and chest wall."""
    y = rays.y
    ramp = np.clip((y - neck) / max(shoulder - neck, 1e-3), 0, 1)
    width = 0.16 + (half_width - 0.16) * np.sqrt(ramp)
    return np.sqrt(np.maximum(1 - (rays.x / width) ** 2, 0))


def _lung(rng: np.random.Generator, apex: float, base: float, medial: float, lateral: float) -> np.ndarray:
    """Outline of the lung on the image's right."""
    dome = base - rng.uniform(0.02, 0.07)
    return closed([(medial + 0.03, apex + 0.03), (0.5 * (medial + lateral), apex), (0.85 * lateral, apex + 0.14),
                   (lateral, 0.55 * (apex + base)), (1.02 * lateral, base - 0.05), (0.99 * lateral, base + 0.05),
                   (0.6 * lateral, dome), (medial + 0.02, base - 0.01), (medial, 0.6 * base + 0.4 * apex)], 90)


def _ribs(rays: Rays, rng: np.random.Generator, apex: float, base: float, lateral: float) -> np.ndarray:
    """Ten or so pairs, thick behind, faint in front."""
    behind, front = [], []
    slope, gap = rng.uniform(0.02, 0.14), (base - apex + 0.12) / 10.5
    for i in range(11):
        y = apex - 0.04 + gap * i
        reach = lateral * min(1.05, 0.55 + 0.16 * i)
        line = curve([(0.04, y), (0.45 * reach, y - 0.02 + 0.2 * slope), (0.85 * reach, y + 0.6 * slope),
                      (reach, y + 0.06 + slope)], 30)
        behind += [line, mirrored(line)]
        if i < 8:
            line = curve([(reach, y + 0.06 + slope), (0.8 * reach, y + 0.13 + slope),
                          (0.45 * reach, y + 0.15 + slope)], 20)
            front += [line, mirrored(line)]
    radius = rng.uniform(0.009, 0.014)
    return rays.tubes(behind, radius, 0.6) + rng.uniform(0.3, 0.7) * rays.tubes(front, radius, 0.5)


def _vessels(rays: Rays, rng: np.random.Generator, middle: float, lateral: float) -> np.ndarray:
    total = np.zeros_like(rays.sum)
    for side in (-1, 1):
        for degrees in rng.uniform(-75, 85, 5):
            tree = branches(rng, (side * 0.07, middle), degrees if side > 0 else 180 - degrees,
                            lateral * rng.uniform(0.2, 0.35), 4)
            for level in range(4):
                total += rays.tubes([l for l, at in tree if at == level], 0.010 * 0.7**level)
    return total


def frontal(rays: Rays, rng: np.random.Generator) -> None:
    """Postero-anterior or antero-posterior chest."""
    apex, base = rng.uniform(0.07, 0.18), rng.uniform(0.62, 0.82)
    lateral, medial = rng.uniform(0.30, 0.42), rng.uniform(0.04, 0.07)
    trunk = _trunk(rays, lateral + rng.uniform(0.05, 0.16), rng.uniform(-0.2, 0.06), rng.uniform(0.1, 0.3))
    rays.add(trunk, 0.8 * SOFT)
    lungs = [_lung(rng, apex, base + rng.uniform(-0.04, 0.05), medial, lateral) for _ in range(2)]
    gas = rays.slab(lungs[0], rng.uniform(0.05, 0.12)) + rays.slab(mirrored(lungs[1]), rng.uniform(0.05, 0.12))
    heart = rays.ellipsoid((rng.uniform(0.02, 0.07), base - rng.uniform(0.10, 0.16)),
                           (rng.uniform(0.11, 0.2), rng.uniform(0.11, 0.16)), 1.0, rng.uniform(20, 45))
    aorta = rays.ellipsoid((rng.uniform(0.03, 0.06), apex + 0.22), (0.045, 0.05))
    gas *= 1 - 0.75 * np.clip(1.6 * heart + aorta, 0, 1)
    veil = 1 + 0.10 * smooth_noise(rng, gas.shape, int(rng.integers(3, 9)))
    rays.add(gas * veil, LUNG_GAS * rng.uniform(0.6, 0.85))
    rays.add(heart, 0.25)
    rays.add(np.exp(-(rays.x / rng.uniform(0.04, 0.07)) ** 2), rng.uniform(0.15, 0.35))
    rays.add(np.exp(-(rays.x / 0.015) ** 2) * (rays.y < apex + 0.22), -0.12)  # trachea
    rays.add(_vessels(rays, rng, 0.45 * apex + 0.55 * base - 0.1, lateral) * np.clip(gas, 0, 1), rng.uniform(4, 12))
    rays.add(_ribs(rays, rng, apex, base, lateral), BONE * rng.uniform(5, 13))
    rays.add(column_frontal(rays, rng, 0.0, rng.uniform(0.055, 0.075), 0.055), rng.uniform(0.08, 0.25))
    for side in (-1, 1):
        rise = rng.uniform(-0.06, 0.06)
        clavicle = curve([(side * 0.03, apex + 0.07), (side * 0.16, apex + 0.03), (side * lateral, apex - 0.02 + rise)], 25)
        rays.add(rays.tubes([clavicle], rng.uniform(0.011, 0.018), 0.6), BONE * rng.uniform(5, 9))
        _shoulder(rays, rng, side, apex, lateral)
    _extras(rays, rng, apex, base, lateral, trunk)


def _shoulder(rays: Rays, rng: np.random.Generator, side: int, apex: float, lateral: float) -> None:
    x = side * (lateral + rng.uniform(-0.04, 0.05))
    blade = closed([(x, apex + 0.05), (x + side * 0.05, apex + 0.1), (x - side * 0.02, apex + 0.34),
                    (x - side * 0.12, apex + 0.12)], 50)
    rays.add(rays.slab(blade, 0.02) + 0.6 * rays.rim(blade, 0.01), rng.uniform(0.05, 0.2))
    if rng.random() < 0.6:
        head = (side * (lateral + rng.uniform(0.1, 0.17)), apex + rng.uniform(0.02, 0.1))
        rays.add(rays.ellipsoid(head, (0.05, 0.055)), 0.35)
        shaft = curve([head, (head[0] + side * 0.02, head[1] + 0.2), (head[0] + side * 0.03, 1.0)], 20)
        rays.add(rays.tubes([shaft], 0.026, 0.6), BONE * 5)


def _extras(rays: Rays, rng: np.random.Generator, apex: float, base: float, lateral: float, trunk: np.ndarray) -> None:
    """Breasts, stomach gas, a pacemaker, leads, an opacity."""
    if rng.random() < 0.45:
        for side in (-1, 1):
            rays.add(rays.ellipsoid((side * 0.22, base - 0.06), (0.16, rng.uniform(0.1, 0.16))), rng.uniform(0.05, 0.2))
    rays.add(rays.ellipsoid((rng.uniform(0.12, 0.22), base + 0.08), (0.08, 0.05)), -rng.uniform(0, 0.35))
    if rng.random() < 0.4:
        side = rng.choice((-1, 1))
        rays.add(rays.ellipsoid((side * rng.uniform(0.1, 0.3), rng.uniform(apex + 0.1, base)),
                                (rng.uniform(0.03, 0.14), rng.uniform(0.03, 0.2))), rng.uniform(0.1, 0.45))
    if rng.random() < 0.25:
        points = [(rng.uniform(-0.4, 0.4), y) for y in np.sort(rng.uniform(0, 0.9, 4))]
        rays.add(rays.tubes([curve(points, 50)], 0.003) * 100, rng.uniform(1, 4))
    if rng.random() < 0.12:
        box = np.array([0.25, apex + 0.12]) + np.array([(-0.05, -0.04), (0.05, -0.04), (0.05, 0.04), (-0.05, 0.04)])
        rays.add(rays.slab(box, 0.02), 2.0)


def lateral(rays: Rays, rng: np.random.Generator) -> None:
    """Chest from the side, sternum to the image's right."""
    top, base = rng.uniform(0.05, 0.12), rng.uniform(0.68, 0.85)
    back, front = -rng.uniform(0.26, 0.34), rng.uniform(0.22, 0.32)
    wall = rng.uniform(0.05, 0.1)
    body = closed([(back - wall, 0.0), (back - wall - 0.02, 0.5), (back - wall, 1.1), (front + wall, 1.1),
                   (front + wall + 0.03, 0.6), (front + wall - 0.06, 0.2), (front - 0.12, -0.05)], 90)
    rays.add(rays.slab(body, 0.25), 1.1)
    lung = closed([(back + 0.06, top + 0.06), (0.0, top), (front - 0.1, top + 0.12), (front, 0.45), (front - 0.02, base - 0.08),
                   (0.05, base - rng.uniform(0.05, 0.1)), (back + 0.05, base + 0.08), (back, 0.5)], 90)
    gas = rays.slab(lung, 0.09)
    heart = rays.ellipsoid((front - rng.uniform(0.12, 0.17), base - 0.17), (0.14, 0.17), 1.0, rng.uniform(10, 50))
    rays.add(gas * (1 - 0.6 * np.clip(1.5 * heart, 0, 1)), -rng.uniform(0.5, 0.75))
    ribs = []
    for i in range(11):
        y = top + 0.02 + i * 0.075
        for shift in rng.uniform(-0.015, 0.015, 2):
            ribs.append(curve([(back - 0.01, y + shift), (back + 0.16, y + 0.06 + shift), (front - 0.1, y + 0.18 + shift)], 25))
    rays.add(rays.tubes(ribs, rng.uniform(0.007, 0.011), 0.5), BONE * rng.uniform(2, 5))
    rays.add(column_lateral(rays, rng, back + 0.02, rng.uniform(0.055, 0.075), 0.05, 0.04), rng.uniform(0.2, 0.45))
    sternum = curve([(front - 0.1, top + 0.12), (front + 0.015, 0.4), (front + 0.02, base - 0.15)], 30)
    rays.add(rays.tubes([sternum], 0.014, 0.5), BONE * rng.uniform(3, 8))
    vessels = [l for d in rng.uniform(-90, 90, 6) for l, _ in branches(rng, (0.0, 0.4), d, 0.1, 3)]
    rays.add(rays.tubes(vessels, 0.006) * gas, rng.uniform(4, 10))
    if rng.random() < 0.6:
        rays.add(rays.tubes([curve([(0.0, -0.05), (0.05, 0.12), (0.2, 0.0)], 20)], 0.09), 1.5)  # raised arms
    rays.add(rays.ellipsoid((0.08, base + 0.07), (0.08, 0.04)), -rng.uniform(0, 0.3))
