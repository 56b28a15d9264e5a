"""Training, evaluation and ONNX export of the four Osteon networks."""
