"""A folder of art and its index: scan, learn, find; the object that a person holds."""
