"""Fractures: `python3 -m osteon_training.fracture {train,evaluate,export} --data DIR --work DIR`.

One joint network behind one that turns images upright (`upright.py`, trained before); its graph is shipped twice, as
fracture-detector and fracture-probability, and so is that of the network for children.
"""
from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np
import torch
from torch import nn

from . import cli, fracatlas, fracture_loss, fracture_report, hands, runtime, synthetic
from .backbone import BACKBONE_FILE
from .cache import ContentCache
from .fracture_data import ALL_TURNS, SPEC, Sampler, Turns, epoch_entries, hand_entries
from .fracture_eval import predict_all, summary
from .fracture_net import FractureNet, checkpoint

BATCH = 8
FROZEN_BLOCKS = 3
"""Backbone blocks left at their ImageNet weights: the finest maps cost most and gain least."""
BACKBONE_RATE, HEAD_RATE = 4e-4, 1e-3
AVERAGE_DECAY = 0.998
HARD_PHOTOMETRY = 1.4
"""How much stronger than usual the exposure of hard stages varies."""
VALIDATE_EVERY = 10


def _train_epoch(net, average, optimiser, batches, count: int, epoch: int, budget: runtime.Budget) -> dict:
    """One epoch; returns the mean of every loss."""
    net.train()
    sums: dict = {}
    started = time.time()
    for index, batch in enumerate(batches):
        runtime.set_rate(optimiser, runtime.cosine_rate(budget.progress(epoch + index / count)))
        with runtime.mixed_precision():
            out = net(batch["image"])
        parts = fracture_loss.total(out, batch)
        optimiser.zero_grad()
        parts["loss"].backward()
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        average.update(net)
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value.item() / count
        if index % 40 == 39:
            runtime.log(f"  {index + 1}/{count} {(time.time() - started) / (index + 1):.2f} s a batch")
    return sums


@dataclass(frozen=True)
class Stage:
    """One run of the learning-rate schedule. `start` is "imagenet" or the stage whose weights it begins with."""

    name: str
    start: str
    epochs: int
    rate: float = 1.0
    turns: Turns = ALL_TURNS
    """Shares of crops turned by 0, 90, 180 and 270 degrees."""
    hands: bool = False
    """Whether children's hands take part, as sound; their licence then binds the weights."""
    hard: bool = True
    """Whether pieces of one radiograph are put into others, and exposures vary more."""


STAGES = (Stage("plain", "imagenet", 35, turns=(0.85, 0.0, 0.15, 0.0), hard=False),
          Stage("upright-first", "plain", 8, rate=0.25, turns=(0.55, 0.15, 0.15, 0.15), hard=False),
          Stage("children", "plain", 12, rate=0.6, hands=True))


def _begin(stage: Stage, net: FractureNet, work: Path) -> None:
    """Loads the weights a stage starts from, where they are not ImageNet's."""
    if stage.start != "imagenet":
        net.load_state_dict(torch.load(checkpoint(work, stage.start), map_location="cpu")["average"])


def _run(stage: Stage, args, training, validation, sound_hands, minutes: Optional[float]) -> None:
    """Trains one stage; resumable."""
    cache = ContentCache(args.work / "cache", SPEC)
    net = FractureNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    _begin(stage, net, args.work)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    backbone = list(net.backbone.parameters())
    known = {id(p) for p in backbone}
    heads = [p for p in net.parameters() if id(p) not in known]
    optimiser = runtime.adamw([{"params": backbone, "base": BACKBONE_RATE * stage.rate},
                               {"params": heads, "base": HEAD_RATE * stage.rate}], weight_decay=1e-2)
    path = checkpoint(args.work, stage.name)
    state = runtime.load_checkpoint(path, net, average, optimiser)
    used, epoch = state.get("synthetic", 0), state["epoch"]
    budget = runtime.Budget(stage.epochs, minutes, state.get("minutes", 0.0))
    net.backbone.features[:FROZEN_BLOCKS].requires_grad_(False)
    while not state.get("done") and budget.progress(epoch) < 1:
        rng, started = np.random.default_rng([runtime.SEED, STAGES.index(stage), epoch]), time.time()
        real = epoch_entries(training, sound_hands if stage.hands else [], rng)
        mixed = synthetic.mixed(real, synthetic.synthetic_entries(args.synthetic), rng, lambda e: e)
        used = max(used, len(mixed) - len(real))
        donors = [e for e in training if e["fractured"]] if stage.hard else []
        sampler = Sampler(cache, rng, donors, stage.turns, HARD_PHOTOMETRY if stage.hard else 1.0)
        batches = runtime.batches(mixed, BATCH, sampler.collate)
        losses = _train_epoch(net, average, optimiser, batches, -(-len(mixed) // BATCH), epoch, budget)
        epoch += 1
        runtime.log(f"fracture {stage.name} {epoch}/{stage.epochs} "
                    + " ".join(f"{k} {v:.3f}" for k, v in losses.items()) + f", {time.time() - started:.0f} s")
        runtime.save_checkpoint(path, net, average, optimiser, epoch, {
            "synthetic": used, "minutes": budget.minutes_used(), "done": budget.progress(epoch) >= 1})
        if epoch % VALIDATE_EVERY == 0:
            figures = summary(predict_all(average.net, validation))
            runtime.log("  validation " + ", ".join(f"{k} {v:.3f}" for k, v in figures.items()))


def train(args) -> None:
    """Trains every stage in order. `--minutes` bounds each stage by the clock."""
    runtime.prepare()
    training, validation = fracatlas.entries(args.data, "train"), fracatlas.entries(args.data, "val")
    sound_hands = hand_entries(hands.split_large(hands.large_hands(args.data))[0])
    for stage in STAGES:
        _run(stage, args, training, validation, sound_hands, args.minutes)


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": fracture_report.evaluate, "export": fracture_report.ship})
