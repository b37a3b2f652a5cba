"""The training kit: its loop, its files, its tasks."""
