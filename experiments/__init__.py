"""How each shipped model was trained (recipes/), how each figure was measured (bench/), what both share (shared/)."""
