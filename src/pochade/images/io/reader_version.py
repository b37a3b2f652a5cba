"""The version of the readers as a whole."""

READER_VERSION = 1  # raised when a reader changes: files that gave no picture are then tried again
