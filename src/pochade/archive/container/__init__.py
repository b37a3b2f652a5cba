"""The bytes of an archive: ZIP layout, manifest, entry names, parity, and the file while it grows."""
