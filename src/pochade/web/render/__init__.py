"""Pictures rendered for the page in worker processes, and the caches that hold them."""
