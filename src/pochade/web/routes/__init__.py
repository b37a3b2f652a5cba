"""The HTTP API: one module per part of the page."""
