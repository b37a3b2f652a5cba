"""From data to a trained model: the one training loop, recipes, losses, augmentation and evaluation."""
