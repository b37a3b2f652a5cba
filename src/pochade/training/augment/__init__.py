"""Augmentation and scan damage: what happens to pictures before a model sees them in training."""
