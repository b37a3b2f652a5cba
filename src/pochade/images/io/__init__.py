"""Read any art file into pixels, and write pictures that read back the same."""
