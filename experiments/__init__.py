"""How each shipped model was trained (recipes/), and how each figure was measured (bench/)."""
