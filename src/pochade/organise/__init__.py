"""Arrays in, answers out: neighbours, densities, groups, maps, and how good they are. No files."""
