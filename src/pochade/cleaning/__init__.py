"""A scan -> a clean picture."""
