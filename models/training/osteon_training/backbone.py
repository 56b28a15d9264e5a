"""MobileNetV2 features whose BatchNorm is folded into the convolutions.

The shipped backbone file is torchvision's state dict with identity BatchNorm (weight 1, mean 0, variance 1);
its BN bias is the only term that matters, and becomes the bias of the convolution before it.
"""
from __future__ import annotations

from pathlib import Path
from typing import List

import torch
import torchvision
from torch import nn

BACKBONE_FILE = "backbones/mobilenet_v2_imagenet_torchvision_features_bnfolded_identityBN.pth"
LAST_CHANNELS = 1280


class _ClampToSix(torch.autograd.Function):
    """ReLU6 whose backward also exists in bfloat16 on the CPU, and is fast there."""

    @staticmethod
    def forward(ctx, x):
        y = torch.clamp(x, 0, 6)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, gradient):
        (y,) = ctx.saved_tensors
        above = torch.ops.aten.threshold_backward(gradient, y, 0)
        return torch.ops.aten.threshold_backward(above, 6 - y, 0)


class FastReLU6(nn.Module):
    """ReLU6; in evaluation mode the plain clamp, which ONNX exports as Clip."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _ClampToSix.apply(x) if self.training else torch.clamp(x, 0, 6)


def fold(sequence: nn.Sequential) -> None:
    """Replaces every Conv2d + BatchNorm2d pair by one biased Conv2d, in place and recursively."""
    children = list(sequence.named_children())
    for (name, child), (next_name, following) in zip(children, children[1:] + [("", None)]):
        if isinstance(child, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
            scale = following.weight / torch.sqrt(following.running_var + following.eps)
            folded = nn.Conv2d(child.in_channels, child.out_channels, child.kernel_size, child.stride,
                               child.padding, groups=child.groups, bias=True)
            folded.weight.data = child.weight.data * scale.data[:, None, None, None]
            folded.bias.data = (following.bias - following.running_mean * scale).data
            setattr(sequence, name, folded)
            setattr(sequence, next_name, nn.Identity())
        elif isinstance(child, nn.ReLU6):
            setattr(sequence, name, FastReLU6())
        elif not isinstance(child, (nn.Conv2d, nn.BatchNorm2d)):
            fold(child)


class Backbone(nn.Module):
    """MobileNetV2 `features`; `forward` gives the last map, `levels` chosen ones on the way."""

    def __init__(self, pretrained: Path = None, depth: int = 19) -> None:
        super().__init__()
        full = torchvision.models.mobilenet_v2().features
        if pretrained is not None:
            state = torch.load(pretrained, map_location="cpu")
            full.load_state_dict({k[len("features."):]: v for k, v in state.items()
                                  if k.startswith("features.")})
        with torch.no_grad():
            fold(full)
        self.features = full[:depth]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.features(x)

    def levels(self, x: torch.Tensor, indices: List[int]) -> List[torch.Tensor]:
        """The outputs of the blocks with the given indices (ascending)."""
        taken = []
        for index, block in enumerate(self.features):
            x = block(x)
            if index in indices:
                taken.append(x)
        return taken
