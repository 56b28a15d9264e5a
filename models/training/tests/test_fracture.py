"""Targets, decoding and matching of the fracture task."""
import unittest

import numpy as np

from osteon_training import metrics
from osteon_training.fracture_data import draw_targets
from osteon_training.fracture_decode import decode, mask_overlap
from osteon_training.normalise import Letterbox

SIDE = 256
PLACEMENT = Letterbox(SIDE, SIDE, 0, 0)


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


class Decoding(unittest.TestCase):
    def decoded(self, *outlines: np.ndarray):
        targets = draw_targets(list(outlines), SIDE)
        return decode(targets["heat"][0], targets["distances"], targets["mask"][0], PLACEMENT)

    def test_perfect_maps_give_back_the_boxes(self):
        outlines = [rectangle(20, 30, 60, 90), rectangle(150, 140, 230, 170)]
        found = sorted(self.decoded(*outlines), key=lambda d: d.box[0])
        self.assertEqual(len(found), 2)
        for detection, outline in zip(found, outlines):
            np.testing.assert_allclose(detection.box, [*outline[0], *outline[2]], atol=1e-3)
            self.assertGreater(mask_overlap(detection, outline, SIDE), 0.85)

    def test_a_sound_image_has_no_detection(self):
        self.assertEqual(self.decoded(), [])

    def test_a_box_that_leaves_the_crop_almost_wholly_is_no_target(self):
        self.assertEqual(draw_targets([rectangle(-90, 50, 10, 90)], SIDE)["fractured"][0], 0)

    def test_boxes_stay_inside_the_image(self):
        targets = draw_targets([rectangle(0, 0, 60, 60)], SIDE)
        narrow = Letterbox(SIDE - 40, SIDE, 20, 0)
        (found,) = decode(targets["heat"][0], targets["distances"], targets["mask"][0], narrow)
        self.assertEqual(found.box[0], 20)


class Scoring(unittest.TestCase):
    def test_auc_counts_ties_as_half(self):
        self.assertEqual(metrics.auc(np.array([0, 1, 0, 1]), np.array([0.5, 0.5, 0.1, 0.9])), 0.875)

    def test_average_precision_counts_missed_truths(self):
        self.assertAlmostEqual(metrics.average_precision(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7]), 4),
                               0.25 + 0.25 * 2 / 3)

    def test_one_truth_is_found_once(self):
        hits = metrics.match_detections(np.array([[0.6], [0.9]]), np.array([0.9, 0.8]))
        self.assertEqual(hits.tolist(), [True, False])

    def test_a_threshold_keeps_the_promised_rate(self):
        rng = np.random.default_rng(0)
        labels, scores = rng.random(200) < 0.4, rng.random(200)
        sensitive = metrics.threshold_for_sensitivity(labels, scores, 0.92)
        self.assertGreaterEqual(metrics.sensitivity_specificity(labels, scores, sensitive)["sensitivity"], 0.92)
        specific = metrics.threshold_for_specificity(labels, scores, 0.97)
        self.assertGreaterEqual(metrics.sensitivity_specificity(labels, scores, specific)["specificity"], 0.97)

    def test_platt_finds_the_scale_it_was_given(self):
        rng = np.random.default_rng(0)
        logits = rng.normal(0, 2, 20000)
        labels = rng.random(20000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
        fit = metrics.platt(logits, labels)
        self.assertAlmostEqual(fit["slope"], 0.5, delta=0.05)
        self.assertAlmostEqual(fit["intercept"], -1.0, delta=0.1)


if __name__ == "__main__":
    unittest.main()
