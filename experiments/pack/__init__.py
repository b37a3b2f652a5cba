"""Data packs: for each purpose one file with the pictures that models are trained and judged on."""
