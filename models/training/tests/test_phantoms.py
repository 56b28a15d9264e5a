"""Drawn radiographs and the batches they go into."""
import unittest

import numpy as np

from osteon_training import region_data
from osteon_training.phantoms import draw, film
from osteon_training.phantoms.rays import Rays


class Solids(unittest.TestCase):
    def test_a_rod_is_twice_its_radius_thick_at_most(self):
        rays = Rays(200, 100)
        rod = rays.tubes([np.array([(0.0, 0.1), (0.0, 0.9)])], 0.1)
        self.assertAlmostEqual(float(rod.max()), 0.1, places=2)  # half of it: the part above the midline
        self.assertEqual(float(rod[:, :20].max()), 0.0)

    def test_a_shell_is_thickest_where_rays_graze_it(self):
        rays = Rays(200, 200)
        shell = rays.shell((0.0, 0.5), (0.4, 0.4), 0.03)
        row = shell[100]
        self.assertGreater(row.max(), 2 * row[100])
        self.assertGreater(abs(int(row.argmax()) - 100), 60)

    def test_a_plate_keeps_to_its_outline(self):
        rays = Rays(100, 100)
        plate = rays.slab(np.array([(-0.2, 0.2), (0.2, 0.2), (0.2, 0.8), (-0.2, 0.8)]), 0.05)
        self.assertEqual(float(plate[:15].max()), 0.0)
        self.assertAlmostEqual(float(plate[50, 50]), 1.0, places=3)


class Pictures(unittest.TestCase):
    def test_every_kind_is_a_picture_in_range_with_something_in_it(self):
        rng = np.random.default_rng(3)
        for kind in draw.TRUNK:
            picture = draw.trunk(rng, [], kind)
            self.assertEqual((picture.dtype, picture.ndim), (np.float32, 2), kind)
            self.assertTrue(0 <= picture.min() and picture.max() <= 1, kind)
            self.assertGreater(picture.std(), 0.02, kind)

    def test_one_seed_draws_one_picture(self):
        first, second = (draw.trunk(np.random.default_rng(5), []) for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_collimation_leaves_the_middle_alone(self):
        picture = np.full((100, 80), 0.4, np.float32)
        for seed in range(20):
            bordered = film.collimate(picture, np.random.default_rng(seed))
            self.assertAlmostEqual(float(bordered[50, 40]), 0.4, places=5)


class Epochs(unittest.TestCase):
    def test_picking_takes_each_equally_often(self):
        picked = region_data.pick(np.random.default_rng(0), list("abc"), 8)
        counts = sorted(picked.count(c) for c in "abc")
        self.assertEqual(counts, [2, 3, 3])
        self.assertEqual(region_data.pick(np.random.default_rng(0), [], 8), [])

    def test_a_plain_limb_teaches_the_limb_label_alone(self):
        self.assertEqual(region_data.SOME_LIMB.tolist(), [-1, -1, -1, -1, 1])
        self.assertEqual(region_data.NO_LIMB.tolist(), [0, 0, 0, 0, 0])


if __name__ == "__main__":
    unittest.main()
