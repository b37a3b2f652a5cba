"""Reads a person's file in chunks, without blocking on a pipe, and with errors that name the file."""

from collections.abc import Iterator
from pathlib import Path

from pochade.archive.container.manifest_records import CHUNK_BYTES
from pochade.images.base.source import open_without_blocking, unreachable_error
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable


def file_size(path: Path) -> int:
    """Return a file's bytes.

    Raises:
        FileUnreachable: The system can't find the file.
    """
    try:
        return path.stat().st_size
    except OSError as error:
        raise unreachable_error(printable(path), error) from error


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's content in chunks.

    Raises:
        FileUnreachable: The file can't be read.
    """
    try:
        with open(path, "rb", opener=open_without_blocking) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise unreachable_error(printable(path), error) from error


def sha256_of_path(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file's content in hexadecimal digits, and how many bytes were read.

    Raises:
        OSError: The file can't be read.
    """
    with open(path, "rb", opener=open_without_blocking) as file:
        return sha256_of_file(file)
