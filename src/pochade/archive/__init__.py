"""Art files <-> one checked archive, which any zip tool opens; docs/format.md describes it."""
