"""Image codecs: pixels to the bytes of a file and back, without loss or at a chosen quality."""
