"""Create new pictures in the manner of a collection: sample, vary, morph, and judge what was created."""
