"""What recipes and measurements share: openclipart and its split, edits, perceptual hashes, recorded results."""
