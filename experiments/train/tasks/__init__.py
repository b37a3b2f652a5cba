"""One task per shipped model: its data, its loss, its held-out figures."""
