"""Measurements: each script writes one JSON file with the machine, the commit, the command, n, mean and spread."""
