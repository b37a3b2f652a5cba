"""Cleaning scans: light and paper are estimated from a thumbnail; grain, specks and smudges are removed by tiles."""
