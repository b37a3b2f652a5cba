"""State between requests: a snapshot of the pictures, selections, families, and undo of group changes."""
