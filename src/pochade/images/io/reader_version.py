"""The version of the readers as a whole."""

READER_VERSION = 3  # raised when a reader changes: what could not be read is tried again, and pixels are compared again
