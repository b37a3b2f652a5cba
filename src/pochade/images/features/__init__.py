"""Features measured on a picture: descriptors, edge maps, technique and the name of its colour."""
