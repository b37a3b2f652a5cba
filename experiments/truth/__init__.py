"""Natural pairs of drawings, judged by eye: the truth that duplicates, versions and variants are measured by."""
