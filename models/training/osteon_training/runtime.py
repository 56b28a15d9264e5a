"""Process set-up, batching, weight averaging and resumable checkpoints, shared by all tasks."""
from __future__ import annotations

import copy
import ctypes
import json
import math
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional, Sequence

import numpy as np
import torch
from torch import nn

THREADS = 2
SEED = 20261121
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # glibc malloc.h


def prepare(seed: int = SEED, threads: int = THREADS) -> None:
    """Seeds everything, sets the thread count, and keeps freed pages in the process.

    PyTorch frees and re-allocates tens of megabytes at every layer; with glibc's defaults each goes back to
    the kernel and is faulted in again, which costs a third of the training time on a CPU.
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        libc.mallopt(M_TOP_PAD, 2**28)
    except OSError:
        pass  # another libc: only slower
    torch.set_num_threads(threads)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def log(message: str) -> None:
    """Prints one line of progress with the time of day (UTC)."""
    print(time.strftime("%H:%M:%S", time.gmtime()), message, flush=True)


def batches(items: Sequence, batch_size: int, collate: Callable[[List], Dict]) -> Iterator[Dict]:
    """Yields collated batches in order; the next ones are prepared in a background thread."""
    chunks = [items[i:i + batch_size] for i in range(0, len(items), batch_size)]
    with ThreadPoolExecutor(max_workers=1) as pool:
        pending = []
        for chunk in chunks:
            pending.append(pool.submit(collate, chunk))
            if len(pending) > 3:
                yield pending.pop(0).result()
        for future in pending:
            yield future.result()


def to_tensor(images: List[np.ndarray]) -> torch.Tensor:
    """float32 [channels, h, w] arrays -> channels-last tensor [n, channels, h, w]."""
    return torch.from_numpy(np.stack(images)).contiguous(memory_format=torch.channels_last)


def mixed_precision():
    """bfloat16 autocast for the training forward pass; weights, losses and inference stay float32."""
    return torch.autocast("cpu", dtype=torch.bfloat16)


class WeightAverage:
    """Exponential moving average of weights, with a warm-up so that early averages follow quickly."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net = copy.deepcopy(net).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Moves the average towards the net; integer buffers are copied."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for ours, theirs in zip(self.net.state_dict().values(), net.state_dict().values()):
            if ours.dtype.is_floating_point:
                ours.lerp_(theirs, 1 - decay)
            else:
                ours.copy_(theirs)


def cosine_rate(progress: float, warm_up: float = 0.03, floor: float = 0.02) -> float:
    """Learning-rate factor at progress 0..1: linear warm-up, then half a cosine down to `floor`."""
    if progress < warm_up:
        return max(progress / warm_up, 0.02)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


@torch.no_grad()
def round_to_half(net: nn.Module) -> nn.Module:
    """Rounds every weight to the nearest float16 (still computing in float32), so that it can be stored in two bytes."""
    for parameter in net.parameters():
        parameter.copy_(parameter.half().float())
    return net


class Budget:
    """How far a run is: by epochs, or by the clock where that is further."""

    def __init__(self, epochs: int, minutes: Optional[float], minutes_before: float = 0.0) -> None:
        self.epochs, self.minutes, self.before = epochs, minutes, minutes_before
        self.started = time.time()

    def minutes_used(self) -> float:
        """Minutes of training so far, earlier resumed runs included."""
        return self.before + (time.time() - self.started) / 60

    def progress(self, epochs_done: float) -> float:
        """0 at the start, 1 at the end."""
        by_clock = self.minutes_used() / self.minutes if self.minutes else 0.0
        return min(1.0, max(epochs_done / self.epochs, by_clock))


def set_rate(optimiser: torch.optim.Optimizer, factor: float) -> None:
    """Sets every group's rate to `factor` times its `base` rate."""
    for group in optimiser.param_groups:
        group["lr"] = group["base"] * factor


def adamw(groups: List[dict], weight_decay: float) -> torch.optim.AdamW:
    """AdamW over `{params, base}` groups; `base` is the peak learning rate."""
    return torch.optim.AdamW([{**g, "lr": g["base"]} for g in groups], weight_decay=weight_decay)


def save_checkpoint(path: Path, net: nn.Module, average: WeightAverage,
                    optimiser: torch.optim.Optimizer, epoch: int, extra: dict) -> None:
    """Writes a resumable checkpoint atomically; `epoch` is the number of finished epochs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save({"net": net.state_dict(), "average": average.net.state_dict(), "steps": average.steps,
                "optimiser": optimiser.state_dict(), "epoch": epoch, **extra}, part)
    os.replace(part, path)


def load_checkpoint(path: Path, net: nn.Module, average: WeightAverage,
                    optimiser: torch.optim.Optimizer) -> dict:
    """Restores a checkpoint if there is one; returns it, or `{"epoch": 0}`."""
    if not path.exists():
        return {"epoch": 0}
    state = torch.load(path, map_location="cpu")
    net.load_state_dict(state["net"])
    average.net.load_state_dict(state["average"])
    average.steps = state["steps"]
    optimiser.load_state_dict(state["optimiser"])
    log(f"resumed {path.name} after epoch {state['epoch']}")
    return state


def write_json(path: Path, value: object) -> None:
    """Writes indented JSON with a final newline."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def relative(path: Path) -> str:
    """A path as shown in progress lines: its last two parts."""
    return "/".join(path.parts[-2:])
