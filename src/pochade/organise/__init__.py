"""Find, families, groups, labels, sidecars, the map, the story of a work, and removal to the trash."""
