"""Torch modules with frozen configs, and the shipped models as onnxruntime runs them, without torch.

Models read no files but their weights, print nothing and choose no device.

The study's small models have their losses beside them; the losses of the shipped models are in `training/losses/`.
Nothing is imported here, so that what needs no torch can be used without it.
"""
