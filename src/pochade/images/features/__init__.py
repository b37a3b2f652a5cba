"""Descriptors: measured properties of a picture, such as technique, colour names and edges."""
