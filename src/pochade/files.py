"""Files that are there whole or not at all: one way to write them, for every room."""

import contextlib
import os
from pathlib import Path

from pochade.errors import OutputUnwritable


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary name, flush, read back, rename.

    Raises:
        OutputUnwritable: No permission, no space, or the bytes read back differ.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise OSError("what was read back differs from what was written")
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputUnwritable(
            f"'{path}' could not be written: {reason}", "choose another folder, or make room"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # it may never have come to be
            temporary.unlink()
