"""From data to a trained net: reading, training, checkpoints, measuring."""
