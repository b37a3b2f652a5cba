"""Augmentation, and synthetic scan damage: random changes of training pictures."""
