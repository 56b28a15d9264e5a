"""The seed's region finder, stage by stage against its own output. Run: python3 -m unittest discover -s tests -t ."""
import json
import unittest
from pathlib import Path

import cv2
import numpy as np

from osteon_training import hand_regions

GOLDEN = Path(__file__).resolve().parents[3] / "test" / "golden" / "bone-age-regions"


def golden(name: str) -> np.ndarray:
    return cv2.imread(str(GOLDEN / f"{name}.png"), cv2.IMREAD_UNCHANGED)


class Stages(unittest.TestCase):
    def setUp(self):
        self.numbers = json.loads((GOLDEN / "numbers.json").read_text())

    def test_enhancement_mask_and_rotation_equal_the_golden_images(self):
        enhanced = hand_regions.enhance(golden("0_input"))
        np.testing.assert_array_equal(enhanced, golden("4_clahe"))
        found = hand_regions.segment(enhanced)
        np.testing.assert_array_equal(found.mask, golden("5_mask"))
        angle = hand_regions.upright_angle(found)
        self.assertAlmostEqual(angle, self.numbers["rotation"]["angle"], 9)
        canvas = hand_regions.rotate(enhanced, angle)
        np.testing.assert_array_equal(canvas, golden("6_rotated"))
        np.testing.assert_array_equal(hand_regions.segment(canvas).mask, golden("7_mask"))

    def test_the_boxes_equal_the_golden_numbers(self):
        boxes = hand_regions.find_regions(golden("0_input")).boxes
        for name, key in zip(hand_regions.REGION_NAMES, ("carpus", "four", "middle", "thumb")):
            self.assertEqual([list(boxes[name][:2]), list(boxes[name][2:])], self.numbers["roi"][key])

    def test_tiles_and_montage_equal_the_golden_images(self):
        tiles = hand_regions.tiles_of(hand_regions.find_regions(golden("0_input")))
        for tile, name in zip(tiles, ("8_carpus", "8_four", "8_middle", "8_thumb")):
            np.testing.assert_array_equal(tile, golden(name))
        np.testing.assert_array_equal(hand_regions.montage(tiles), golden("9_montage256"))

    def test_what_is_no_hand_has_no_regions(self):
        rectangle = np.full((300, 200), 10, np.uint8)
        rectangle[40:260, 60:140] = 200
        for image in (np.full((300, 200), 90, np.uint8), rectangle):
            with self.assertRaises(hand_regions.RegionsNotFound):
                hand_regions.find_regions(image)
