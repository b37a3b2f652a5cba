"""Resize, letterbox, tile and crop arrays of pixels."""
