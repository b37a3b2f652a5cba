"""Labels of other programs: where they are, which pictures they belong to, and their import, which can be undone."""
