"""Torch modules, each with a frozen config. They read no files, print nothing and choose no device.

The study's small models have their losses beside them; the losses of the shipped models are in `training/losses/`.
Nothing is imported here, so that `models/weights/` can be used without torch.
"""
