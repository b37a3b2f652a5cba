"""Resize, letterbox, tile, crop and blur arrays of pixels."""
