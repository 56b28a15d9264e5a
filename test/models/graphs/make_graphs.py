"""Makes the small networks of this folder: one model folder each, as a site would add it.

usage: make_graphs.py   (needs onnx and numpy; the files are committed, so that tests do not need them)

No network is trained. Their convolutions measure brightness, so that a bright patch of an image is what they "find":
a test that paints one knows what must come out, and where. Each head has the exact form of the family it stands for.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).resolve().parent
SIDE = 64
FRACTURE = {"value": "125605004", "scheme": "SCT", "meaning": "Fracture of bone"}
CLASSES = [{"label": "metal"}, {"label": "fracture", "concept": FRACTURE}]


class Graph:
    """An ONNX graph under construction."""

    def __init__(self, inputs):
        self.inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
        self.nodes, self.constants, self.outputs = [], [], []

    def constant(self, values, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def add(self, op, *inputs, **attributes):
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], **attributes))
        return name

    def output(self, tensor, name, shape, kind=TensorProto.FLOAT):
        self.nodes.append(helper.make_node("Identity", [tensor], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def save(self, path):
        graph = helper.make_graph(self.nodes, "osteon-test", self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="make_graphs")
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, str(path))

    # What several networks share.

    def brightness(self, image, channels, cell):
        """[1, channels, SIDE, SIDE] → the mean of each cell x cell square, [1, 1, SIDE / cell, SIDE / cell]."""
        weights = np.full((1, channels, cell, cell), 1 / (channels * cell * cell))
        return self.add("Conv", image, self.constant(weights), strides=[cell, cell])

    def steep(self, brightness):
        """Logit that is 0 at half brightness and steep."""
        centred = self.add("Sub", brightness, self.constant(0.5))
        return self.add("Mul", centred, self.constant(20.0))

    def reshape(self, tensor, *shape):
        return self.add("Reshape", tensor, self.constant(shape, np.int64))


def anchors(cell, reach):
    """Centre x, centre y, width, height of one anchor a cell, in reading order."""
    cells = SIDE // cell
    return np.asarray([((column + 0.5) * cell, (row + 0.5) * cell, reach, reach)
                       for row in range(cells) for column in range(cells)], np.float32)


def yolo_fields(graph, image, has_objectness):
    """[1, 128, fields]: two anchors a cell, the second the poorer copy of the first, shifted by a point."""
    logits = graph.reshape(graph.steep(graph.brightness(image, 3, 8)), 1, 64, 1)
    bright = graph.add("Sigmoid", logits)
    best, shift = anchors(8, 12), np.asarray([1, 1, 0, 0], np.float32)
    halves = []
    for boxes, certainty in ((best, 0.9), (best + shift, 0.8)):
        metal, fracture = np.full((1, 64, 1), 0.05), np.full((1, 64, 1), certainty)
        classes = np.concatenate([metal, fracture], axis=2)
        fields = [graph.constant(boxes[None])]
        if has_objectness:
            fields += [bright, graph.constant(classes)]
        else:
            fields += [graph.add("Mul", bright, graph.constant(classes))]
        halves.append(graph.add("Concat", *fields, axis=2))
    return graph.add("Concat", *halves, axis=1)


def yolo_v5():
    graph = Graph({"images": [1, 3, SIDE, SIDE]})
    graph.output(yolo_fields(graph, "images", True), "output0", [1, 128, 7])
    return graph


def yolo_v8():
    graph = Graph({"images": [1, 3, SIDE, SIDE]})
    fields = yolo_fields(graph, "images", False)
    graph.output(graph.add("Transpose", fields, perm=[0, 2, 1]), "output0", [1, 6, 128])
    return graph


def yolo_v8_seg():
    graph = Graph({"images": [1, 3, SIDE, SIDE]})
    fields = yolo_fields(graph, "images", False)
    # Half of the first prototype and all of the second, which is the other half: their sum is the mask.
    coefficients = graph.constant(np.tile(np.asarray([0.5, 1.0]), (1, 128, 1)))
    whole = graph.add("Concat", fields, coefficients, axis=2)
    graph.output(graph.add("Transpose", whole, perm=[0, 2, 1]), "output0", [1, 8, 128])
    logits = graph.steep(graph.brightness("images", 3, 4))
    half = graph.add("Mul", logits, graph.constant(0.5))
    graph.output(graph.add("Concat", logits, half, axis=1), "output1", [1, 2, 16, 16])
    return graph


def rcnn(has_masks):
    """[3, height, width] in, as many rows as cells are bright out; the right half of the image counts as metal."""
    graph = Graph({"image": [3, SIDE, SIDE]})
    image = graph.add("Unsqueeze", "image", graph.constant([0], np.int64))
    scores = graph.reshape(graph.add("Sigmoid", graph.steep(graph.brightness(image, 3, 8))), 64)
    bright = graph.add("Greater", scores, graph.constant(0.5))
    rows = graph.add("Squeeze", graph.add("NonZero", bright), graph.constant([0], np.int64))
    x, y, width, height = anchors(8, 8).T
    corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    labels = np.asarray([1 if cell % 8 >= 4 else 2 for cell in range(64)])
    graph.output(graph.add("Gather", graph.constant(corners), rows), "boxes", ["n", 4])
    graph.output(graph.add("Gather", graph.constant(labels, np.int64), rows), "labels", ["n"], TensorProto.INT64)
    graph.output(graph.add("Gather", scores, rows), "scores", ["n"])
    if has_masks:
        mask = graph.add("Sigmoid", graph.steep(graph.brightness(image, 3, 1)))
        shape = graph.add("Concat", graph.add("Shape", rows), graph.constant([1, SIDE, SIDE], np.int64), axis=0)
        graph.output(graph.add("Expand", mask, shape), "masks", ["n", 1, SIDE, SIDE])
    return graph


def unet():
    """Down, up, a skip connection, one channel of logits."""
    graph = Graph({"image": [1, 1, SIDE, SIDE]})
    down = graph.add("Relu", graph.brightness("image", 1, 2))
    up = graph.add("ConvTranspose", down, graph.constant(np.ones((1, 1, 2, 2))), strides=[2, 2])
    both = graph.add("Concat", "image", up, axis=1)
    weights = np.asarray([20.0, 20.0]).reshape(1, 2, 1, 1)
    graph.output(graph.add("Conv", both, graph.constant(weights), graph.constant([-20.0])), "logits", [1, 1, SIDE, SIDE])
    return graph


def keras_unet():
    """Channels last in and out, two channels that exclude each other."""
    graph = Graph({"image": [1, SIDE, SIDE, 1]})
    image = graph.add("Transpose", "image", perm=[0, 3, 1, 2])
    logits = graph.steep(graph.brightness(image, 1, 1))
    both = graph.add("Concat", graph.add("Neg", logits), logits, axis=1)
    last = graph.add("Transpose", both, perm=[0, 2, 3, 1])
    graph.output(graph.add("Softmax", last, axis=3), "probabilities", [1, SIDE, SIDE, 2])
    return graph


def keras_vgg():
    """Channels last, bytes with the Caffe means taken off. Reads the first channel alone, which is right only when it is
    blue and the mean of blue was taken off it."""
    graph = Graph({"input_1": ["batch", 32, 32, 3]})
    image = graph.add("Transpose", "input_1", perm=[0, 3, 1, 2])
    weights = np.zeros((2, 3, 3, 3))
    weights[0, 0, 1, 1], weights[1, 0] = 1 / 255, 1 / (9 * 255)
    bias = [103.939 / 255] * 2
    block = graph.add("Relu", graph.add("Conv", image, graph.constant(weights), graph.constant(bias), pads=[1, 1, 1, 1]))
    pooled = graph.add("MaxPool", block, kernel_shape=[2, 2], strides=[2, 2])
    top = graph.add("Flatten", graph.add("GlobalMaxPool", pooled))
    dense = graph.add("Gemm", top, graph.constant([[-4.0, 4.0], [0.0, 0.0]]), graph.constant([2.0, -2.0]))
    graph.output(graph.add("Softmax", dense, axis=1), "predictions", ["batch", 2])
    return graph


def resnet(outputs):
    """A stem, one residual block, global pooling, logits. The weights say how much brightness adds to each."""
    graph = Graph({"input": [1, 3, SIDE, SIDE]})
    stem = graph.add("Relu", graph.brightness("input", 3, 2))
    inner = graph.add("Conv", stem, graph.constant(np.full((1, 1, 3, 3), 1 / 90)), pads=[1, 1, 1, 1])
    block = graph.add("Relu", graph.add("Add", stem, inner))
    pooled = graph.add("Flatten", graph.add("GlobalAveragePool", block))
    weights, bias = [weight for weight, _ in outputs], [offset for _, offset in outputs]
    dense = graph.add("Gemm", pooled, graph.constant([weights]), graph.constant(bias))
    graph.output(dense, "logits", [1, len(outputs)])
    return graph


def regressor():
    """months = 100 + 20 · sex + 60 · mean brightness."""
    graph = Graph({"image": [1, 1, SIDE, SIDE], "sex": [1, 1]})
    mean = graph.add("Flatten", graph.add("GlobalAveragePool", "image"))
    both = graph.add("Concat", mean, "sex", axis=1)
    graph.output(graph.add("Gemm", both, graph.constant([[60.0], [20.0]]), graph.constant([100.0])), "months", [1, 1])
    return graph


def with_activation():
    """The mean brightness as probability, and where it comes from: the brightness of each 8 x 8 square."""
    graph = Graph({"image": [1, 1, SIDE, SIDE]})
    graph.output(graph.add("Flatten", graph.add("GlobalAveragePool", "image")), "probability", [1, 1])
    graph.output(graph.brightness("image", 1, 8), "activation", [1, 1, SIDE // 8, SIDE // 8])
    return graph


def broken(divide):
    """A probability that is no number (0 / 0) or infinite (1 / 0), whatever the image."""
    graph = Graph({"image": [1, 1, SIDE, SIDE]})
    mean = graph.add("Flatten", graph.add("GlobalAveragePool", "image"))
    nothing = graph.add("Sub", mean, mean)
    above = nothing if divide == "zero" else graph.add("Add", nothing, graph.constant(1.0))
    graph.output(graph.add("Div", above, nothing), "probability", [1, 1])
    return graph


def image_input(name, channels=1, side=SIDE, fit="letterbox", steps=(), **more):
    return {"name": name, "width": side, "height": side, "channels": channels, "fit": fit, "steps": list(steps), **more}


IMAGENET = {"op": "standardise", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
CAFFE = [{"op": "scale", "factor": 255}, {"op": "standardise", "mean": [123.68, 116.779, 103.939], "std": [1, 1, 1]}]
PADDED = {"padding": 0.447}
YOLO = {"name": "output0", "classes": CLASSES, "nmsIou": 0.45, "maxDetections": 20}
RCNN = {"decoder": "torchvision-rcnn", "tensors": {"boxes": "boxes", "labels": "labels", "scores": "scores"},
        "classes": CLASSES, "maxDetections": 20}
MASK = {"decoder": "probability-mask", "threshold": 0.5, "minimumCells": 4, "stride": 1, "maxDetections": 20, "concept": FRACTURE}


def concept(value, meaning, scheme="SCT"):
    return {"concept": {"value": value, "scheme": scheme, "meaning": meaning}}


HAND, LEG = concept("53120007", "Upper limb"), concept("61685007", "Lower limb")
LIMB = concept("limb-radiograph", "Limb radiograph", "99OSTEON")

# id → (task, graph, input, output)
NETWORKS = {
    "keras-vgg": ("fracture-probability", keras_vgg(),
                  image_input("input_1", 3, 32, "stretch", CAFFE, layout="nhwc", channelOrder="bgr"),
                  {"decoder": "softmax-classifier", "name": "predictions",
                   "labels": [{"label": "sound"}, {"label": "fracture", "concept": FRACTURE}]}),
    "resnet-regions": ("body-region", resnet([(6.0, 0.0), (-6.0, 0.0), (0.0, 5.0)]),
                       image_input("input", 3, SIDE, "letterbox", [IMAGENET]),
                       {"decoder": "sigmoid-classifier", "name": "logits", "activation": "sigmoid",
                        "labels": [{"label": "XR_WRIST", "region": "hand", **HAND},
                                   {"label": "XR_KNEE", "region": "leg", **LEG}, {"label": "limb", **LIMB}]}),
    "resnet-softmax": ("body-region", resnet([(6.0, 0.0), (3.0, 0.0), (-9.0, 3.0)]),
                       image_input("input", 3, SIDE, "letterbox", [IMAGENET]),
                       {"decoder": "softmax-classifier", "name": "logits", "activation": "softmax",
                        "labels": [{"label": "hand", **HAND}, {"label": "leg", **LEG}, {"label": "other"}]}),
    "yolo-v5": ("fracture-detection", yolo_v5(), image_input("images", 3, **PADDED), {"decoder": "yolo-v5", **YOLO}),
    "yolo-v8": ("fracture-detection", yolo_v8(), image_input("images", 3, **PADDED), {"decoder": "yolo-v8", **YOLO}),
    "yolo-v8-seg": ("fracture-detection", yolo_v8_seg(), image_input("images", 3, **PADDED),
                    {"decoder": "yolo-v8", **YOLO,
                     "masks": {"prototypes": "output1", "count": 2, "stride": 4, "threshold": 0.5}}),
    "faster-rcnn": ("fracture-detection", rcnn(False), image_input("image", 3, layout="chw"), RCNN),
    "mask-rcnn": ("fracture-detection", rcnn(True), image_input("image", 3, layout="chw"),
                  {**RCNN, "masks": {"name": "masks", "threshold": 0.5}}),
    "unet": ("fracture-detection", unet(), image_input("image"), {**MASK, "name": "logits", "activation": "sigmoid"}),
    "keras-unet": ("fracture-detection", keras_unet(), image_input("image", layout="nhwc"),
                   {**MASK, "name": "probabilities", "layout": "nhwc", "channels": {"count": 2, "index": 1}}),
    "regressor": ("bone-age", regressor(), image_input("image"),
                  {"decoder": "regression", "value": "months", "range": [0, 240],
                   "unit": {"value": "mo", "scheme": "UCUM", "meaning": "month"},
                   "concept": {"value": "85151-9", "scheme": "LN", "meaning": "XR Bone age"}}),
    "with-activation": ("fracture-probability", with_activation(), image_input("image"),
                        {"decoder": "binary-probability", "name": "probability",
                         "activationMap": {"name": "activation", "stride": 8}}),
    "not-a-number": ("fracture-probability", broken("zero"), image_input("image"),
                     {"decoder": "binary-probability", "name": "probability"}),
    "infinite": ("fracture-probability", broken("one"), image_input("image"),
                 {"decoder": "binary-probability", "name": "probability"}),
}


def main():
    for name, (task, graph, image, output) in NETWORKS.items():
        folder = FOLDER / name
        folder.mkdir(exist_ok=True)
        graph.save(folder / "model.onnx")
        sex = [{"name": "sex", "source": "patient-sex", "values": {"F": -1, "M": 1, "O": 0, "unknown": 0}}]
        manifest = {
            "schemaVersion": 1, "id": name, "task": task, "name": f"Test {name}", "version": "1.0.0",
            "manufacturer": "Osteon",
            "weights": {"file": "model.onnx", "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()},
            "input": image, "extraInputs": sex if task == "bone-age" else [], "output": output,
            "operatingPoints": {"suspicious": 0.3, "definite": 0.6},
            "routing": {"regions": [], "requiresRequest": False}, "intendedUse": "Tests of decoders.",
            "limitations": ["Measures brightness."], "trainingData": [],
            "licence": {"weights": "MIT", "researchOnly": False},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


main()
