"""From data to a trained model: the training loop, losses, augmentation and evaluation."""
