"""Families, groups, labels, sidecars and the map of a collection."""
