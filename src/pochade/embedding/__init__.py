"""Pictures to embeddings and 256-byte sketches, and sketches back to pictures."""
