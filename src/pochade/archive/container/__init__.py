"""The bytes of an archive: ZIP layout, manifest, paths and names, repair records, and the growing file."""
