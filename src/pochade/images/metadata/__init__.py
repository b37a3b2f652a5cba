"""What a file states besides pixels: EXIF, ICC profiles, XMP, provenance."""
