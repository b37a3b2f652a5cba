"""One module per file format: read its header, and read its pixels."""
