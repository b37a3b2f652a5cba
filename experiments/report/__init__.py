"""Recorded measurements as tables and as a chart for the documentation."""
