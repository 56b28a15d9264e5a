"""Fractures: `python3 -m osteon_training.fracture {train,evaluate,export} --data DIR --work DIR`.

One joint network; two graphs are shipped from it, fracture-detector and fracture-probability.
"""
from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn

from . import cli, fracatlas, fracture_loss, fracture_report, runtime, synthetic
from .backbone import BACKBONE_FILE
from .cache import ContentCache
from .fracture_data import SPEC, Sampler, epoch_entries
from .fracture_eval import predict_all, summary
from .fracture_net import FractureNet, checkpoint

EPOCHS, BATCH = 35, 8
FROZEN_BLOCKS = 3
"""Backbone blocks left at their ImageNet weights: the finest maps cost most and gain least."""
BACKBONE_RATE, HEAD_RATE = 4e-4, 1e-3
AVERAGE_DECAY = 0.998
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


def train(args) -> None:
    """Trains on all fractured and as many sound images an epoch; resumable."""
    runtime.prepare()
    training, validation = fracatlas.entries(args.data, "train"), fracatlas.entries(args.data, "val")
    cache = ContentCache(args.work / "cache", SPEC)
    net = FractureNet(args.data / BACKBONE_FILE).to(memory_format=torch.channels_last)
    average = runtime.WeightAverage(net, AVERAGE_DECAY)
    backbone = list(net.backbone.parameters())
    known = {id(p) for p in backbone}
    heads = [p for p in net.parameters() if id(p) not in known]
    optimiser = runtime.adamw([{"params": backbone, "base": BACKBONE_RATE},
                               {"params": heads, "base": HEAD_RATE}], weight_decay=1e-2)
    path = checkpoint(args.work)
    state = runtime.load_checkpoint(path, net, average, optimiser)
    used, epoch = state.get("synthetic", 0), state["epoch"]
    budget = runtime.Budget(EPOCHS, args.minutes, state.get("minutes", 0.0))
    net.backbone.features[:FROZEN_BLOCKS].requires_grad_(False)
    while budget.progress(epoch) < 1:
        rng, started = np.random.default_rng([runtime.SEED, epoch]), time.time()
        real = epoch_entries(training, rng)
        mixed = synthetic.mixed(real, synthetic.synthetic_entries(args.synthetic), rng, lambda e: e)
        used = max(used, len(mixed) - len(real))
        batches = runtime.batches(mixed, BATCH, Sampler(cache, rng).collate)
        losses = _train_epoch(net, average, optimiser, batches, -(-len(mixed) // BATCH), epoch, budget)
        epoch += 1
        runtime.log(f"fracture {epoch}/{EPOCHS} " + " ".join(f"{k} {v:.3f}" for k, v in losses.items())
                    + f", {time.time() - started:.0f} s")
        runtime.save_checkpoint(path, net, average, optimiser, epoch,
                                {"synthetic": used, "minutes": budget.minutes_used()})
        if epoch % VALIDATE_EVERY == 0:
            figures = summary(predict_all(average.net, validation))
            runtime.log("  validation " + ", ".join(f"{k} {v:.3f}" for k, v in figures.items()))


if __name__ == "__main__":
    cli.main(__doc__, {"train": train, "evaluate": fracture_report.evaluate, "export": fracture_report.ship})
