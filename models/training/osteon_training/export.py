"""Writes a model folder: ONNX graph, manifest and card; checks the graph against PyTorch in onnxruntime-node."""
from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch import nn

from . import card, cli, runtime
from .descriptions import Description
from .normalise import InputSpec

OPSET = 13
TOLERANCE = 1e-4
SMALLEST_HALF = 256
"""Values from which a tensor is worth storing in float16."""
RUNNER = Path(__file__).resolve().parents[1] / "tools" / "run_onnx.mjs"
MANUFACTURER = "Osteon"


def ship(module: nn.Module, inputs: Dict[str, torch.Tensor], outputs: List[str], description: Description,
         spec: InputSpec, manifest_parts: dict, results: dict, models: Path, results_folder: Path = cli.RESULTS) -> None:
    """Exports `module` into `models/<id>/` and writes manifest and card beside it.

    `manifest_parts` holds `extraInputs`, `output`, `operatingPoints`; `results` is the JSON that `evaluate` wrote, which gets
    the agreement with onnxruntime as `onnx`.
    """
    folder = models / description.id
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    _write_graph(module.eval(), inputs, outputs, file)
    check = _check(module, inputs, outputs, file)
    runtime.write_json(results_folder / f"{description.id}.json", {**results, "onnx": check})
    manifest = {
        "schemaVersion": 1, "id": description.id, "task": description.task, "name": description.name,
        "version": description.version, "manufacturer": MANUFACTURER,
        "weights": {"file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
        "input": spec.to_manifest(), **manifest_parts,
        "routing": description.routing, "intendedUse": description.intended_use,
        "limitations": list(description.limitations), "trainingData": list(description.training_data),
        "licence": {"weights": description.weights_licence, "researchOnly": description.research_only},
    }
    runtime.write_json(folder / "manifest.json", manifest)
    (folder / "MODEL_CARD.md").write_text(card.render(manifest, results, check))
    runtime.log(f"{description.id}: {file.stat().st_size / 1e6:.1f} MB, {check}")


def _write_graph(module: nn.Module, inputs: Dict[str, torch.Tensor], outputs: List[str], file: Path) -> None:
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch 1.13 warns of its own constants
        torch.onnx.export(module, tuple(inputs.values()), str(file), opset_version=OPSET,
                          input_names=list(inputs), output_names=outputs, do_constant_folding=True)
    graph = onnx.load(str(file))
    _store_halves(graph.graph)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, str(file))


def _store_halves(graph: onnx.GraphProto) -> None:
    """Stores large tensors whose values are all exact in float16 as such; a Cast, folded at loading, gives them back."""
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        values = onnx.numpy_helper.to_array(tensor)
        halves = values.astype(np.float16)
        if values.size < SMALLEST_HALF or not np.array_equal(halves.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(halves, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def _check(module: nn.Module, inputs: Dict[str, torch.Tensor], outputs: List[str], file: Path) -> dict:
    """{"largestDifference", "milliseconds", "images"}: `inputs` and their mirror image; raises above the tolerance."""
    if shutil.which("node") is None:
        runtime.log("node is absent: graph checked by onnx.checker only")
        return {}
    feeds = [inputs, {k: v.flip(-1) if v.dim() == 4 else v for k, v in inputs.items()}]
    compared = [_compare(module, feed, outputs, file) for feed in feeds]
    largest = max(difference for difference, _ in compared)
    if largest > TOLERANCE:
        raise ValueError(f"{file.parent.name}: ONNX differs from PyTorch by {largest}")
    return {"largestDifference": float(f"{largest:.2g}"), "milliseconds": round(min(ms for _, ms in compared)),
            "images": len(feeds)}


@torch.no_grad()
def _compare(module: nn.Module, inputs: Dict[str, torch.Tensor], outputs: List[str], file: Path) -> Tuple[float, float]:
    """(largest difference of onnxruntime-node from PyTorch, relative above 1; milliseconds of a run)."""
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name) / "inputs.json", Path(name) / "outputs.json"
        ours.write_text(json.dumps({k: {"dims": list(v.shape), "data": v.flatten().tolist()}
                                    for k, v in inputs.items()}))
        subprocess.run(["node", str(RUNNER), str(file), str(ours), str(theirs)], check=True)
        answer = json.loads(theirs.read_text())
    expected = module(*inputs.values())
    expected = expected if isinstance(expected, tuple) else (expected,)
    largest = 0.0
    for output, tensor in zip(outputs, expected):
        values = answer["outputs"][output]["data"]
        if None in values:  # JSON has no NaN
            raise ValueError(f"{file.parent.name}: ONNX output {output} holds a value that is no number")
        got = torch.tensor(values).reshape(tensor.shape)
        largest = max(largest, float(((got - tensor).abs() / tensor.abs().clamp(min=1)).max()))
    return largest, answer["milliseconds"]
