"""The comparison of an exported graph with PyTorch."""
import shutil
import tempfile
import unittest
from pathlib import Path

import torch
from torch import nn

from osteon_training import export


class Sum(nn.Module):
    """The sum of the left half of an image, times a factor."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image[:, :, :, :2].sum(dim=(1, 2, 3)).reshape(1, 1) * self.factor


@unittest.skipIf(shutil.which("node") is None, "needs Node")
class Comparing(unittest.TestCase):
    def checked(self, written: nn.Module, compared: nn.Module, image: torch.Tensor) -> dict:
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "model.onnx"
            export._write_graph(written.eval(), {"image": image}, ["sum"], file)
            return export._check(compared, {"image": image}, ["sum"], file)

    def test_the_same_network_agrees_on_two_images(self):
        check = self.checked(Sum(2), Sum(2), torch.rand(1, 1, 4, 4))
        self.assertEqual(check["images"], 2)
        self.assertLessEqual(check["largestDifference"], export.TOLERANCE)

    def test_a_difference_that_only_the_mirror_image_shows_is_refused(self):
        image = torch.zeros(1, 1, 4, 4)
        image[..., 2:] = 1
        with self.assertRaises(ValueError):
            self.checked(Sum(2), Sum(3), image)

    def test_outputs_that_are_no_numbers_are_refused(self):
        with self.assertRaises(ValueError):
            self.checked(Sum(float("nan")), Sum(float("nan")), torch.rand(1, 1, 4, 4))


if __name__ == "__main__":
    unittest.main()
