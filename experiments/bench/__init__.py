"""Measurements. Each script writes one JSON file with machine, commit, command, n, mean and standard deviation."""
