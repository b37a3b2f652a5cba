"""One module per file format: its header, and its pixels."""
