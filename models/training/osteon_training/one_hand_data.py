"""What the one-hand gate learns from: single hands, and images that are something else.

Labels of FracAtlas images are ours, by file name, in `labels/one-hand.json`: its "hand" is the whole upper limb.
Lateral, oblique and half-visible hands are in neither list, so they teach and judge nothing.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, List, Tuple

import numpy as np

from . import fracatlas
from .augment import affine, warp
from .normalise import resize

LABELS = Path(__file__).resolve().parents[1] / "labels" / "one-hand.json"
BACKGROUND_PERCENTILE = 5
PHANTOM_ROW, PHANTOM_BACKGROUND = 0.06, 0.16
"""A phantom of a wrist fills this row (a share of the height) with more than this mean grey; fingertips do not."""


def labelled(data: Path, split: str) -> Tuple[List[Path], List[Path]]:
    """(one hand from the front, not one hand): FracAtlas images that were looked at."""
    folder, labels = data / "fracatlas" / "images", json.loads(LABELS.read_text())[split]
    return [folder / f for f in labels["oneHand"]], [folder / f for f in labels["notOneHand"]]


def other_limbs(data: Path, split: str) -> List[Path]:
    """FracAtlas images of legs, feet, hips and shoulders without an arm, and several views of a hand on one image."""
    return [e["path"] for e in fracatlas.entries(data, split)
            if "hand" not in e["regions"] or (e["regions"] == ["hand"] and e["multiscan"])]


def is_whole_phantom(content: np.ndarray) -> bool:
    """True for a phantom whose fingers are all inside, by the grey of a row near the top."""
    width = content.shape[1]
    return float(content[int(content.shape[0] * PHANTOM_ROW), width // 5:-width // 5].mean()) < PHANTOM_BACKGROUND


def _at_height(content: np.ndarray, height: int) -> np.ndarray:
    return resize(content, max(1, round(content.shape[1] * height / content.shape[0])), height)


def two_hands(left: np.ndarray, right: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Both hands on one plate: the right one mirrored, side by side with a gap or touching, rarely one above the other.

    Half of them are drawn together over one background, as one exposure shows them; the rest meet at a seam.
    """
    height = 256
    pair = [_at_height(left, height), _at_height(right, max(64, int(height * rng.uniform(0.8, 1.0))))[:, ::-1]]
    if rng.random() < 0.5:
        pair = pair[::-1]
    if rng.random() < 0.1:
        pair = [p.T for p in pair]
    width, tallest = sum(p.shape[1] for p in pair), max(p.shape[0] for p in pair)
    gap = int(rng.uniform(-0.12, 0.15) * width / 2)
    canvas = np.zeros((tallest, width + max(gap, 0)), np.float32)
    is_joint, at = rng.random() < 0.5, 0
    for index, hand in enumerate(pair):
        shown = np.clip(hand - np.percentile(hand, BACKGROUND_PERCENTILE), 0, 1) if is_joint else hand
        at = at if index == 0 else max(0, min(at + gap, canvas.shape[1] - hand.shape[1]))
        top = int(rng.integers(0, tallest - hand.shape[0] + 1))
        area = canvas[top:top + hand.shape[0], at:at + hand.shape[1]]
        area[:] = np.maximum(area, shown) if is_joint else shown
        at += hand.shape[1]
    canvas = canvas[:, :max(at, 1)]
    return np.ascontiguousarray(canvas.T if rng.random() < 0.06 else canvas)


def part_of_hand(hand: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fingers without a wrist, a wrist without fingers, or one side of a hand."""
    rows, columns = hand.shape
    kind = rng.integers(0, 4)
    if kind == 0:
        return hand[:int(rows * rng.uniform(0.25, 0.5))]
    if kind in (1, 2):
        return hand[-int(rows * rng.uniform(0.25, 0.55)):]
    share = int(columns * rng.uniform(0.35, 0.5))
    return hand[:, :share] if rng.random() < 0.5 else hand[:, -share:]


def on_larger_plate(hand: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One hand beside an empty half: so that a seam, or a hand off the centre, says nothing by itself."""
    rows, columns = hand.shape
    blank = np.full((rows, int(columns * rng.uniform(0.3, 1.0))), float(rng.uniform(0, 0.25)), np.float32)
    return np.hstack([hand, blank] if rng.random() < 0.5 else [blank, hand])


def turned(content: np.ndarray, rng: np.random.Generator, share: float = 0.25) -> np.ndarray:
    """Turned by 90, 180 or 270 degrees in `share` of the cases."""
    return np.ascontiguousarray(np.rot90(content, int(rng.integers(1, 4)))) if rng.random() < share else content


def epoch_items(hands: List[Path], data: Path, phantoms: List[Path], read: Callable[[Path], np.ndarray],
                rng: np.random.Generator) -> List[Tuple[Callable[[np.random.Generator], np.ndarray], float]]:
    """One epoch's (image maker, label) pairs, about as many hands as others, in random order."""
    adult, other_arms = labelled(data, "train")
    limbs = other_limbs(data, "train")
    singles = hands + adult * 2
    whole = [p for p in phantoms if is_whole_phantom(read(p))]
    cut = [p for p in phantoms if p not in set(whole)]

    def pick(paths: List[Path]) -> np.ndarray:
        return read(paths[int(rng.integers(len(paths)))])

    def single(path: Path) -> Callable:
        return lambda r: on_larger_plate(read(path), r) if r.random() < 0.15 else read(path)

    items = [(single(path), 1.0) for path in singles]
    items += [(lambda r, p=p: read(p), 1.0) for p in whole[:len(singles) // 9]]
    items += [(lambda r, p=p: read(p), 0.0) for p in other_arms * 2 + cut[:40]]
    items += [(lambda r, p=limbs[int(i)]: read(p), 0.0) for i in rng.permutation(len(limbs))[:350]]
    for _ in range(340):
        mine = adult if rng.random() < 0.2 else hands
        first = pick(mine)
        second = first if rng.random() < 0.4 else pick(mine)
        items.append((lambda r, a=first, b=second: two_hands(a, b, r), 0.0))
    items += [(lambda r, a=pick(hands): part_of_hand(a, r), 0.0) for _ in range(230)]
    return [items[i] for i in rng.permutation(len(items))]


def tilt(content: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about its centre on a canvas of the same size; outside becomes 0."""
    rows, columns = content.shape
    centre = (columns / 2, rows / 2)
    return warp(content, affine(degrees, 1, 1, False, centre, centre), columns, rows)
