"""Which way up: `python3 -m osteon_training.upright {train,evaluate} --data DIR --work DIR`.

No model of its own: it stands inside other graphs and turns the image by quarters before they read it. One network
scores each of the four views, so all four turns of an image end as the same view, whether it is the right one or not; that
what follows answers turned images alike does not hang on how often it is.

Two are trained: "limbs" on FracAtlas, for the fractures, and "hands", whose licence binds the weights, for bone age.
"""
from __future__ import annotations

import time
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import torch
from torch import nn

from . import augment, cli, fracatlas, hands, metrics, runtime
from .backbone import BACKBONE_FILE, Backbone
from .cache import ContentCache
from .normalise import InputSpec, letterbox, normalise, read_grey, resize, standardise

SIDE = 128
SPEC, SOURCE_SPEC = InputSpec(SIDE, SIDE), InputSpec(256, 256)
DEPTH, CHANNELS = 14, 96
"""Blocks of MobileNetV2 that are kept: stride 16."""
BATCH, RATE = 16, 4e-4
EPOCHS = {"limbs": 6, "hands": 8}
RESTING_BLOCKS = 4
"""The first blocks keep their ImageNet weights."""
AVERAGE_DECAY = 0.99


def turns(maps: torch.Tensor) -> Tuple[torch.Tensor, ...]:
    """[n, c, s, s] as it is and turned counter-clockwise by one, two and three quarters, in operators that ONNX has."""
    across = maps.transpose(2, 3)
    return maps, across.flip(2), maps.flip(2).flip(3), across.flip(3)


def chosen(views: Tuple[torch.Tensor, ...], choice: torch.Tensor) -> torch.Tensor:
    """For each image the view that `choice` [n, 4], one 1 a row, points at."""
    return sum(view * choice[:, index].view(-1, 1, 1, 1) for index, view in enumerate(views))


class UprightNet(nn.Module):
    """image [n, 3, s, s] -> scores [n, 4] that turning it counter-clockwise by 0 to 3 quarters puts it upright."""

    def __init__(self, pretrained: Path = None) -> None:
        super().__init__()
        self.backbone = Backbone(pretrained, DEPTH)
        self.hidden = nn.Linear(2 * CHANNELS, 64)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(64, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        views = torch.cat(turns(_reduced(image)))
        features = self.backbone(views).float()
        pooled = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)
        score = self.out(self.drop(torch.relu(self.hidden(pooled))))
        return score.view(4, -1).transpose(0, 1)


def _reduced(image: torch.Tensor) -> torch.Tensor:
    """The canvas at SIDE pixels: whole pixels averaged, then interpolated for what is left."""
    factor = int(image.shape[-1]) // SIDE
    small = nn.functional.avg_pool2d(image, factor) if factor > 1 else image
    if small.shape[-1] == SIDE:
        return small
    return nn.functional.interpolate(small, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


class Righting(nn.Module):
    """image [n, 3, s, s] -> (the same turned upright, choice [n, 4]: a 1 at the quarters it was turned counter-clockwise).

    The channels are one grey, standardised: the first is turned, and the others are made from it at a third of the cost.
    """

    def __init__(self, net: UprightNet) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("quarters", torch.arange(4).view(1, 4), persistent=False)
        mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (SPEC.mean, SPEC.std))
        self.register_buffer("scale", std[:, :1] / std, persistent=False)
        self.register_buffer("offset", (mean[:, :1] - mean) / std, persistent=False)

    def forward(self, image: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        choice = (self.net(image).argmax(dim=1, keepdim=True) == self.quarters).to(image.dtype)
        return chosen(turns(image[:, :1]), choice) * self.scale + self.offset, choice


def turned_back(maps: torch.Tensor, choice: torch.Tensor) -> torch.Tensor:
    """Maps [n, c, h, h] of a righted image as maps of the image itself."""
    views = turns(maps)
    return chosen((views[0], views[3], views[2], views[1]), choice)


def distances_turned_back(distances: torch.Tensor, choice: torch.Tensor) -> torch.Tensor:
    """Edge distances [n, 4, h, h] (left, top, right, bottom) of a righted image as those of the image itself."""
    views = turns(distances)
    return chosen((views[0], views[3][:, [3, 0, 1, 2]], views[2][:, [2, 3, 0, 1]], views[1][:, [1, 2, 3, 0]]), choice)


def _checkpoint(work: Path, which: str) -> Path:
    return work / "upright" / f"{which}.pt"


def load(work: Path, which: str) -> Righting:
    """The network "limbs" or "hands", weights rounded to what a graph stores."""
    net = UprightNet()
    net.load_state_dict(torch.load(_checkpoint(work, which), map_location="cpu")["average"])
    return Righting(runtime.round_to_half(net)).eval()


def _paths(data: Path) -> Dict[str, Tuple[List[Path], List[Path]]]:
    """(training, validation) images of each."""
    large = hands.split_large(hands.large_hands(data))
    return {"limbs": tuple([e["path"] for e in fracatlas.entries(data, split)] for split in ("train", "val")),
            "hands": tuple([h.path for h in part] for part in large)}


def _augmented(content: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    box = letterbox(content.shape[1], content.shape[0], SIDE, SIDE)
    canvas = augment.jitter_canvas(resize(content, box.width, box.height), box, SPEC, rng, degrees=20,
                                   scales=(0.6, 1.25), shift=0.08, aspect=(0.92, 1.08))
    return standardise(augment.photometry(canvas, rng), SPEC.mean, SPEC.std)


@torch.no_grad()
def upright_share(net: UprightNet, paths: List[Path]) -> np.ndarray:
    """1 for each image that the network leaves as it is, through the exact normalisation."""
    net.eval()
    return np.array([float(int(net(torch.from_numpy(normalise(read_grey(p), SPEC)[0])).argmax()) == 0) for p in paths])


def _run(args, which: str, paths: List[Path], validation: List[Path]) -> None:
    """Fine-tunes the first blocks of MobileNetV2; resumable after each epoch."""
    cache = ContentCache(args.work / "cache", SOURCE_SPEC)
    net = UprightNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    head = list(net.hidden.parameters()) + list(net.out.parameters())
    optimiser = runtime.adamw([{"params": list(net.backbone.parameters()), "base": RATE},
                               {"params": head, "base": RATE * 4}], weight_decay=1e-2)
    state = runtime.load_checkpoint(_checkpoint(args.work, which), net, average, optimiser)
    net.backbone.features[:RESTING_BLOCKS].requires_grad_(False)
    for epoch in range(state["epoch"], EPOCHS[which]):
        rng, started, total = np.random.default_rng([runtime.SEED, epoch]), time.time(), 0.0
        order = [paths[i] for i in rng.permutation(len(paths))]
        count = -(-len(order) // BATCH)
        collate = lambda some: {"image": runtime.to_tensor([_augmented(cache.get(p)[0], rng) for p in some])}
        net.train()
        for index, batch in enumerate(runtime.batches(order, BATCH, collate)):
            runtime.set_rate(optimiser, runtime.cosine_rate((epoch + index / count) / EPOCHS[which]))
            with runtime.mixed_precision():
                scores = net(batch["image"])
            loss = nn.functional.cross_entropy(scores.float(), torch.zeros(len(scores), dtype=torch.long))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            average.update(net)
            total += loss.item()
        runtime.save_checkpoint(_checkpoint(args.work, which), net, average, optimiser, epoch + 1, {})
        runtime.log(f"upright {which} {epoch + 1}/{EPOCHS[which]} loss {total / count:.4f} left as they are "
                    f"{upright_share(average.net, validation).mean():.3f}, {time.time() - started:.0f} s")


def train(args) -> None:
    """Trains both, one after the other."""
    runtime.prepare()
    for which, (training, validation) in _paths(args.data).items():
        _run(args, which, training, validation)


def evaluate(args) -> None:
    """Writes results/upright.json."""
    runtime.prepare()
    kept = {which: upright_share(load(args.work, which).net, validation)
            for which, (_, validation) in _paths(args.data).items()}
    runtime.write_json(args.results / "upright.json", {"id": "upright", "epochs": EPOCHS, "figures": [
        {"what": f"Validation images left as they are, {which}", "digits": 3,
         **metrics.with_interval(len(v), lambda i: float(v[i].mean()))} for which, v in kept.items()]})


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": evaluate})
