"""What all requests share: the collection, a snapshot of its pictures, selections, undo."""
