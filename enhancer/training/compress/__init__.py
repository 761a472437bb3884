"""Smaller and other forms of a trained network: ONNX, eight-bit ONNX, fewer channels; and what each costs."""
