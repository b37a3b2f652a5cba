"""Pixels <-> bytes: what a net keeps of a picture, written down to the last bit."""
