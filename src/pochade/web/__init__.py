"""The page's server: a collection through HTTP, for one person's browser."""
