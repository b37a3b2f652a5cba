"""What recipes and measurements share: openclipart and its split, edits of pictures, perceptual hashes, recorded results."""
