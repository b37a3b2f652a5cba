"""SHA-256 of files: the identity of every content."""

import hashlib
from typing import BinaryIO

CHUNK_BYTES = 2**20


def sha256_of_file(file: BinaryIO) -> tuple[str, int]:
    """Hash an open file from its current position to its end, in chunks that bound the memory.

    Returns:
        The digest (64 hexadecimal digits), and how many bytes were read.

    Raises:
        OSError: The file can't be read.
    """
    digest, count = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        count += len(chunk)
    return digest.hexdigest(), count
