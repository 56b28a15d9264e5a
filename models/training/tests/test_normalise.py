"""The serving normalisation and the maps that depend on it. Run: python3 -m unittest discover -s tests -t ."""
import unittest

import numpy as np

from osteon_training import augment
from osteon_training.normalise import InputSpec, letterbox, normalise, pad, resize, stretched_content


class Letterboxing(unittest.TestCase):
    def test_a_tall_image_is_centred_left_to_right(self):
        box = letterbox(400, 800, 640, 640)
        self.assertEqual((box.width, box.height, box.left, box.top), (320, 640, 160, 0))

    def test_half_pixels_round_up_and_odd_gaps_go_right(self):
        box = letterbox(5, 4, 10, 9)  # 10 x 8, one row over
        self.assertEqual((box.width, box.height, box.left, box.top), (10, 8, 0, 0))
        self.assertEqual(letterbox(3, 2, 5, 5).height, 3)  # 3.33

    def test_a_side_never_vanishes(self):
        self.assertEqual(letterbox(5000, 1, 64, 64).height, 1)

    def test_a_small_image_is_enlarged(self):
        self.assertEqual(letterbox(10, 10, 64, 64).width, 64)


class Normalising(unittest.TestCase):
    def setUp(self):
        self.spec = InputSpec(32, 32)
        self.grey = np.random.default_rng(0).random((20, 10), dtype=np.float32)

    def test_shape_and_type(self):
        tensor, _ = normalise(self.grey, self.spec)
        self.assertEqual((tensor.shape, tensor.dtype), ((1, 3, 32, 32), np.float32))

    def test_padding_is_zero_before_standardisation(self):
        tensor, box = normalise(self.grey, self.spec)
        self.assertGreater(box.left, 0)
        expected = -np.asarray(self.spec.mean) / np.asarray(self.spec.std)
        np.testing.assert_allclose(tensor[0, :, 0, 0], expected, rtol=1e-6)

    def test_percentiles_ignore_padding_and_brightness(self):
        once, _ = normalise(self.grey, self.spec)
        darker, _ = normalise(self.grey * 0.4 + 0.1, self.spec)
        np.testing.assert_allclose(once, darker, atol=1e-4)

    def test_a_blank_image_becomes_zero(self):
        content, _ = stretched_content(np.full((8, 8), 0.7, np.float32), self.spec)
        self.assertEqual(float(np.abs(content).max()), 0.0)

    def test_shrinking_averages_instead_of_skipping(self):
        stripes = np.tile(np.array([0.0, 1.0], np.float32), (64, 32))
        small = resize(stripes, 16, 16)
        self.assertLess(float(np.abs(small - 0.5).max()), 0.13)


class Augmenting(unittest.TestCase):
    def test_identity_gives_exactly_the_letterbox(self):
        spec = InputSpec(32, 32)
        content, box = stretched_content(np.random.default_rng(1).random((20, 10), dtype=np.float32), spec)
        canvas = augment.jitter_canvas(content, box, spec, np.random.default_rng(2), degrees=0, scales=(1, 1),
                                       shift=0, mirror=0)
        np.testing.assert_allclose(canvas, pad(content, box, spec), atol=1e-5)

    def test_points_move_with_the_pixels(self):
        content = np.zeros((40, 40), np.float32)
        content[10:12, 20:22] = 1.0  # centred on the point (21, 11)
        matrix = augment.affine(90, 1, 1, True, (20, 20), (32, 32))
        moved = augment.warp(content, matrix, 64, 64)
        rows, columns = np.nonzero(moved > 0.5)
        expected = augment.transform_points(np.array([[21.0, 11.0]]), matrix)[0]
        np.testing.assert_allclose([columns.mean() + 0.5, rows.mean() + 0.5], expected, atol=0.01)


if __name__ == "__main__":
    unittest.main()
