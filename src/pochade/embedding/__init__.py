"""Pictures to embeddings, 256-byte sketches, themes and techniques, and sketches back to pictures; eyes, too."""
