"""How well a trained model reconstructs, and how close two sets of pictures are."""
