"""From data to a trained model: the training loop, recipes, time budgets, losses, augmentation and evaluation."""
