"""A scan to a clean picture: the page's light first, from a thumbnail, then everything small, tile by tile."""
