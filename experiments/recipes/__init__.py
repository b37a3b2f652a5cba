"""How each shipped model was trained: one script per model, and the training pictures that the scripts make."""
