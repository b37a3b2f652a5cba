"""Pixels to the bytes of a file and back, losslessly or at a chosen quality."""
