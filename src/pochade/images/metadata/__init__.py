"""What a file says besides pixels: EXIF, ICC profiles, XMP, provenance."""
