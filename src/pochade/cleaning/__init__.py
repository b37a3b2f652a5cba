"""Cleaning scans: first the light and paper of the page, from a thumbnail, then grain, specks and smudges by tiles."""
