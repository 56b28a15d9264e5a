"""The seed system's hand regions: carpus, four joints, middle finger and thumb, found by thresholds and contours.

OpenCV 4.6's integer arithmetic is part of the definition; `models/normalise/hand-regions/` is the same in TypeScript.
Points are (x, y) pixel indices on an 800 x 1000 canvas. The thumb has to be on the right. On real hands the finder
fails one time in four or five, so every result is checked, and one that cannot be right is `RegionsNotFound`.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Dict, List, Tuple

import cv2
import numpy as np

WIDTH, HEIGHT = 800, 1000
SEARCHED_WIDTH, SEARCHED_HEIGHT = int(WIDTH * 0.95), int(HEIGHT * 0.9)
DEFECTS = 6
CROP_LONG_SIDE, TILE_SIDE, MONTAGE_SIDE = 500, 600, 256
REGION_NAMES = ("carpus", "four_joints", "middle_finger", "thumb")
"""In the order of the montage: left column, then right column, top to bottom."""

SHORTEST_SIDE = 40
"""Pixels of the canvas; a narrower crop cuts through the finger it should hold."""
STEEPEST_DEGREES = 30

Point = Tuple[int, int]
Box = Tuple[int, int, int, int]
"""x0, y0, x1, y1 with the second corner outside, in pixels of the rotated canvas."""


class RegionsNotFound(Exception):
    """The image gives no four regions that can be right; the message says why."""


@dataclass(frozen=True)
class Segment:
    """The largest bright area: its outline [n, 2] and its filled mask (0 or 255)."""

    mean: float
    contours: int
    contour: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True)
class Anatomy:
    """What the convexity defects say: far points F0..F5 and start points S0..S5, deepest first, and the fingertip."""

    far: List[Point]
    start: List[Point]
    depths: List[int]
    tip: Point


@dataclass(frozen=True)
class HandRegions:
    """The rotated canvas, the angle it was turned by (degrees, counter-clockwise) and the four boxes on it."""

    canvas: np.ndarray
    angle: float
    boxes: Dict[str, Box]


def eight_bit(grey: np.ndarray) -> np.ndarray:
    """Grey in 0..1 -> uint8, halves up."""
    return np.floor(np.asarray(grey, np.float64) * 255 + 0.5).astype(np.uint8)


def enhance(grey: np.ndarray) -> np.ndarray:
    """uint8 [h, w] -> uint8 [1000, 800]: resized, stretched, smoothed, contrast equalised."""
    resized = cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    stretched = cv2.normalize(resized, None, 0, 255, cv2.NORM_MINMAX)
    return cv2.createCLAHE(clipLimit=1, tileGridSize=(3, 3)).apply(cv2.GaussianBlur(stretched, (5, 5), 0))


def segment(canvas: np.ndarray) -> Segment:
    """The largest contour brighter than the mean. Raises RegionsNotFound where nothing is."""
    mean = float(canvas.mean())
    binary = (canvas[:SEARCHED_HEIGHT, :SEARCHED_WIDTH] > math.floor(mean)).astype(np.uint8) * 255
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        raise RegionsNotFound("nothing is brighter than the mean")
    largest = max(contours, key=cv2.contourArea)
    mask = np.zeros_like(binary)
    cv2.drawContours(mask, [largest], -1, 255, cv2.FILLED)
    return Segment(mean, len(contours), largest[:, 0, :], mask)


def fingertip(mask: np.ndarray) -> Point:
    """The middle of the first row of the mask that holds anything."""
    row = int(np.argmax(mask.any(axis=1)))
    columns = np.flatnonzero(mask[row])
    return int(columns[len(columns) // 2]), row


def upright_angle(found: Segment) -> float:
    """Degrees, counter-clockwise, that bring the line from centroid to fingertip upright. Raises RegionsNotFound."""
    moments = cv2.moments(found.contour)
    if moments["m00"] == 0:
        raise RegionsNotFound("the outline encloses no area")
    x, y = int(moments["m10"] / moments["m00"]), int(moments["m01"] / moments["m00"])
    tip_x, tip_y = fingertip(found.mask)
    degrees = 90 - math.degrees(math.atan2(y - tip_y, abs(tip_x - x)))
    return 360 - degrees if tip_x < x else degrees


def rotate(canvas: np.ndarray, degrees: float) -> np.ndarray:
    """Turns the canvas about its centre; what comes in from outside is white."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1)
    return cv2.warpAffine(canvas, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=255)


def anatomy(found: Segment) -> Anatomy:
    """The six deepest convexity defects and the fingertip. Raises RegionsNotFound where there are fewer."""
    contour = found.contour[:, None, :]
    hull = cv2.convexHull(contour, returnPoints=False)
    try:
        defects = cv2.convexityDefects(contour, hull) if len(hull) > 3 else None
    except cv2.error as error:
        raise RegionsNotFound("the outline crosses itself") from error
    if defects is None or len(defects) < DEFECTS:
        raise RegionsNotFound("the outline has fewer than six hollows")
    rows = defects[:, 0, :]
    deepest = rows[np.argsort(-rows[:, 3], kind="stable")[:DEFECTS]]
    points = [tuple(int(value) for value in point) for point in found.contour]
    return Anatomy([points[row[2]] for row in deepest], [points[row[0]] for row in deepest],
                   [int(row[3]) for row in deepest], fingertip(found.mask))


def boxes_of(hand: Anatomy) -> Dict[str, Box]:
    """The seed's proportions, truncated to whole pixels; nothing is checked yet."""
    webs, wrist, tip = hand.far[:4], hand.far[4:], hand.tip
    web_x, web_y = [x for x, _ in webs], [y for _, y in webs]
    wrist_x, wrist_y = [x for x, _ in wrist], max(y for _, y in wrist)
    reach = 1.5 * min(abs(tip[0] - hand.far[0][0]), abs(tip[0] - hand.far[1][0]))
    rightmost = max(hand.start, key=lambda point: point[0])
    return {name: tuple(int(value) for value in box) for name, box in {
        "carpus": (min(wrist_x) * 0.9, wrist_y * 0.9, max(wrist_x) * 1.05, wrist_y * 1.15),
        "four_joints": (min(web_x) * 0.7, min(web_y) * 0.95, max(web_x) * 1.05, max(web_y) * 1.05),
        "middle_finger": (tip[0] - reach, tip[1] * 0.85, tip[0] + reach, hand.far[0][1] * 1.05),
        "thumb": (max(web_x) * 1.05, rightmost[1] * 0.95, rightmost[0] * 1.05, max(y for _, y in hand.far) * 0.9),
    }.items()}


def _check_boxes(boxes: Dict[str, Box]) -> None:
    for name, (x0, y0, x1, y1) in boxes.items():
        if x0 < 0 or y0 < 0 or x1 > WIDTH:
            raise RegionsNotFound(f"{name} reaches out of the image")
        if x1 - x0 < SHORTEST_SIDE or min(y1, HEIGHT) - y0 < SHORTEST_SIDE:
            raise RegionsNotFound(f"{name} is too small")


def _apart(one: Point, other: Point) -> float:
    return math.sqrt((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2)


def check(hand: Anatomy, boxes: Dict[str, Box], angle: float) -> None:
    """Raises RegionsNotFound for what a frontal hand, thumb on the right, cannot look like.

    Lengths are in widths of the four joints' box. The limits were set on 1,000 real hands looked at in part: what they
    let through was right but for one in fifty.
    """
    _check_boxes(boxes)
    joints, carpus, finger, thumb = (boxes[n] for n in ("four_joints", "carpus", "middle_finger", "thumb"))
    unit = joints[2] - joints[0]
    middle = lambda box, axis: (box[axis] + box[axis + 2]) / 2
    (tip_x, tip_y), (first, second) = hand.tip, hand.far[:2]
    left = min(first[0], second[0])
    gap = max(1, abs(first[0] - second[0]))
    webs = sorted(hand.far[:4])
    for claim, value, low, high in (
        ("the rotation", abs((angle + 180) % 360 - 180), 0, STEEPEST_DEGREES),
        ("the fingertip between the webs beside it", (tip_x - left) / gap, 0.05, 0.95),
        ("the level of those webs", abs(first[1] - second[1]) / unit, 0, 0.2),
        ("the thumb's web under the others", (webs[3][1] - webs[0][1]) / unit, -0.02, 1),
        ("the thumb's web apart from the others", _apart(webs[2], webs[3]) / max(1.0, _apart(webs[0], webs[1])), 1, 4),
        ("the middle finger's length", (first[1] - tip_y) / unit, 0.5, 1.6),
        ("the middle finger's shape", (finger[2] - finger[0]) / (finger[3] - finger[1]), 0.12, 0.6),
        ("the four joints' height", (joints[3] - joints[1]) / unit, 0.2, 0.85),
        ("the carpus's width", (carpus[2] - carpus[0]) / unit, 0.55, 1.2),
        ("the carpus under the joints", (middle(carpus, 0) - middle(joints, 0)) / unit, -0.3, 0.3),
        ("the carpus's distance", (middle(carpus, 1) - middle(joints, 1)) / unit, 0.5, 1.3),
        ("the thumb's height", (thumb[3] - thumb[1]) / unit, 0.3, 1.15),
        ("the thumb's width", (thumb[2] - thumb[0]) / unit, 0.2, 1),
        ("the thumb's level", (middle(thumb, 1) - middle(joints, 1)) / unit, -0.1, 0.5),
        ("the thumb over the carpus", (middle(carpus, 1) - middle(thumb, 1)) / unit, 0.2, 2),
    ):
        if not low <= value <= high:
            raise RegionsNotFound(f"{claim} is implausible")


def find_regions(grey: np.ndarray) -> HandRegions:
    """The four regions of a hand in a uint8 image [h, w]. Raises RegionsNotFound."""
    enhanced = enhance(grey)
    angle = upright_angle(segment(enhanced))
    canvas = rotate(enhanced, angle)
    hand = anatomy(segment(canvas))
    boxes = boxes_of(hand)
    check(hand, boxes, angle)
    return HandRegions(canvas, angle, {n: (x0, y0, x1, min(y1, HEIGHT)) for n, (x0, y0, x1, y1) in boxes.items()})


def crop(canvas: np.ndarray, box: Box) -> np.ndarray:
    """One region, equalised, its longer side brought to 500, centred on black 600 x 600."""
    x0, y0, x1, y1 = box
    part = cv2.GaussianBlur(canvas[y0:y1, x0:x1], (5, 5), 0)
    part = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(part)
    height, width = part.shape
    size = ((CROP_LONG_SIDE, int(height * CROP_LONG_SIDE / width)) if width > height
            else (int(width * CROP_LONG_SIDE / height), CROP_LONG_SIDE))
    part = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    tile = np.zeros((TILE_SIDE, TILE_SIDE), np.uint8)
    top, left = (TILE_SIDE - size[1]) // 2, (TILE_SIDE - size[0]) // 2
    tile[top:top + size[1], left:left + size[0]] = part
    return tile


def tiles_of(hand: HandRegions) -> List[np.ndarray]:
    """The four tiles, uint8 600 x 600, in the order of REGION_NAMES."""
    return [crop(hand.canvas, hand.boxes[name]) for name in REGION_NAMES]


def montage(tiles: List[np.ndarray]) -> np.ndarray:
    """uint8 256 x 256: carpus over four joints on the left, middle finger over thumb on the right."""
    carpus, joints, finger, thumb = tiles
    whole = np.hstack([np.vstack([carpus, joints]), np.vstack([finger, thumb])])
    return cv2.resize(whole, (MONTAGE_SIDE, MONTAGE_SIDE), interpolation=cv2.INTER_LINEAR)
