"""Turning images upright and what is said of them back."""
import unittest

import torch

from osteon_training import upright


class Known(torch.nn.Module):
    """Scores by where the brightest corner is: upright when it is the upper left one."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.stack([view[:, 0, 0, 0] for view in upright.turns(image)], dim=1)


class Turning(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(0)
        grey = torch.rand(1, 1, 8, 8)
        grey[0, 0, 0, 0] = 2
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (upright.SPEC.mean, upright.SPEC.std))
        self.image = (grey - mean) / std

    def test_the_four_views_are_quarter_turns_counter_clockwise(self):
        for quarters, view in enumerate(upright.turns(self.image)):
            self.assertTrue(torch.equal(view, torch.rot90(self.image, quarters, (2, 3))))

    def test_every_turn_of_an_image_ends_as_the_same_view(self):
        righting = upright.Righting(Known())
        for turned in upright.turns(self.image):
            righted, choice = righting(turned)
            torch.testing.assert_close(righted, self.image)
            self.assertEqual(float(choice.sum()), 1)

    def test_the_scores_of_a_turned_image_are_those_of_the_image_moved_along(self):
        net = upright.UprightNet().eval()
        with torch.no_grad():
            scores, turned = net(self.image), net(torch.rot90(self.image, 1, (2, 3)))
        torch.testing.assert_close(turned, scores.roll(-1, dims=1))

    def test_maps_come_back_to_where_the_image_was(self):
        righting, maps = upright.Righting(Known()), torch.rand(1, 1, 8, 8)
        for quarters in range(4):
            _, choice = righting(torch.rot90(self.image, quarters, (2, 3)))
            self.assertTrue(torch.equal(upright.turned_back(maps, choice), torch.rot90(maps, quarters, (2, 3))))

    def test_edge_distances_follow_the_box(self):
        left, top, right, bottom = box = (1, 2, 6, 4)  # of 8 x 8 cells
        righting = upright.Righting(Known())
        for quarters in range(4):
            _, choice = righting(torch.rot90(self.image, quarters, (2, 3)))
            back = upright.distances_turned_back(distances_to(box), choice)
            x, y = torch.rot90(torch.stack(torch.meshgrid(torch.arange(8.), torch.arange(8.), indexing="xy")), quarters, (1, 2))
            drawn = torch.rot90(((x >= left) & (x < right) & (y >= top) & (y < bottom)).float(), 0, (0, 1))
            rows, columns = torch.nonzero(drawn).unbind(dim=1)
            turned = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            torch.testing.assert_close(back, distances_to(turned))


def distances_to(box) -> torch.Tensor:
    """[1, 4, 8, 8] distances of every cell's centre to a box's edges."""
    left, top, right, bottom = box
    x, y = torch.meshgrid(torch.arange(8) + 0.5, torch.arange(8) + 0.5, indexing="xy")
    return torch.stack([x - left, y - top, right - x, bottom - y])[None].float()


if __name__ == "__main__":
    unittest.main()
