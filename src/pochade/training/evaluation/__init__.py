"""How well a trained model reconstructs pictures, and how close two sets of pictures are."""
