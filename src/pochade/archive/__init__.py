"""Art files to one checked archive that any zip tool opens, and back; docs/format.md describes the format."""
