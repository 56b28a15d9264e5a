"""The last layer, fitted anew on pooled features once the real non-limb radiographs may be seen.

The network that gives the features never saw a real radiograph of another part. So one pass over all images serves the shipped
layer and the crossed limb gates, each of which leaves out one real radiograph.
"""
from __future__ import annotations

from typing import Dict, List, NamedTuple, Sequence

import numpy as np
import torch
from torch import nn

from . import runtime
from .region_data import LABELS, UNKNOWN, Mixture, Sampler, Sources

MIXTURE = Mixture(limbs=1000, trunk=400, radiographs=0, other=110, nonsense=150, plain_limbs=50)
VIEWS = 24
"""Augmented views of each real radiograph."""
RADIOGRAPH_SHARE = 0.15
PULL = 0.02
"""Weight of the squared distance to the first stage's weights: few images must not move many numbers far."""
STEPS, RATE, BATCH = 400, 3e-3, 16
NOBODY = -1
LIMB = LABELS.index("limb")


class Head(NamedTuple):
    """Weights [features] and bias of one logit."""

    weight: np.ndarray
    bias: float

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """Of pooled features [n, features]."""
        return 1 / (1 + np.exp(-(features.astype(np.float64) @ self.weight + self.bias)))


class Features(NamedTuple):
    """Pooled features [n, features], labels [n, 5], and the number of the real radiograph [n] or NOBODY."""

    values: np.ndarray
    labels: np.ndarray
    owner: np.ndarray


@torch.no_grad()
def pooled(net: nn.Module, images: torch.Tensor) -> np.ndarray:
    """What the last layer sees: [n, features]."""
    return net.backbone(images).mean(dim=(2, 3)).numpy()


def heads_of(net: nn.Module) -> List[Head]:
    """The rows of a network's last layer, in the order of LABELS."""
    return [Head(weight.detach().numpy().astype(np.float64), float(bias)) for weight, bias in zip(net.out.weight, net.out.bias)]


def gather(net: nn.Module, sources: Sources, radiographs: Sequence[np.ndarray]) -> Features:
    """Features of one augmented epoch and of VIEWS views of each real radiograph."""
    rng = np.random.default_rng([runtime.SEED, 100])
    items = [(item, NOBODY) for item in sources.epoch(rng, MIXTURE, [])]
    for owner, radiograph in enumerate(radiographs):
        items += [(item, owner) for item in sources.views(rng, radiograph, VIEWS)]
    sampler, values = Sampler(sources.cache, rng), []
    for index, batch in enumerate(runtime.batches([item for item, _ in items], BATCH, sampler.collate)):
        values.append(pooled(net, batch["image"]))
        if index % 20 == 19:
            runtime.log(f"  features of {(index + 1) * BATCH}/{len(items)}")
    return Features(np.concatenate(values), np.stack([item.target for item, _ in items]),
                    np.array([owner for _, owner in items]))


def fit(features: Features, label: int, start: Head, left_out: int = NOBODY) -> Head:
    """The head of one label, learned without the views of one real radiograph; deterministic."""
    kept = (features.labels[:, label] != UNKNOWN) & ((features.owner != left_out) | (features.owner == NOBODY))
    x, y = torch.from_numpy(features.values[kept]), torch.from_numpy(features.labels[kept, label])
    real = torch.from_numpy(features.owner[kept] != NOBODY)
    share = torch.where(real, RADIOGRAPH_SHARE / real.sum().clamp(min=1), (1 - RADIOGRAPH_SHARE) / (~real).sum())
    first = torch.tensor(start.weight, dtype=torch.float32)
    weight, bias = first.clone().requires_grad_(True), torch.tensor(start.bias, requires_grad=True)
    optimiser = torch.optim.Adam([weight, bias], lr=RATE)
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * runtime.cosine_rate(step / STEPS)
        losses = nn.functional.binary_cross_entropy_with_logits(x @ weight + bias, y, reduction="none")
        loss = (losses * share).sum() + PULL * ((weight - first) ** 2).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    runtime.log(f"head {LABELS[label]} without {left_out}: loss {float(loss.detach()):.4f}")
    return Head(weight.detach().numpy().astype(np.float64), float(bias.detach()))


def fit_all(features: Features, starts: List[Head]) -> Dict[str, Head]:
    """The shipped heads by label, "first" (the limb gate that saw no real radiograph) and "without-<n>" (all but one)."""
    shipped = {label: fit(features, index, starts[index]) for index, label in enumerate(LABELS)}
    without = {f"without-{n}": fit(features, LIMB, starts[LIMB], n) for n in range(int(features.owner.max()) + 1)}
    return {**shipped, "first": starts[LIMB], **without}
