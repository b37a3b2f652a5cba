"""The page of the lesson: its text, its data, its scripts and its styles in one HTML file."""
