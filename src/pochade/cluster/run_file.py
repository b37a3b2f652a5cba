"""A file beside the index that names the run: a worker that does not see it looks at another folder, or at none.

A mount point whose disk is gone is an empty folder, and every file in it seems to be missing. Before a worker says that
a file can't be reached, it therefore looks whether the folder is still the folder of the run.
"""

import time
from pathlib import Path

from pochade.errors import FilesMissing
from pochade.index.library import Library
from pochade.system.atomic_files import write_atomically
from pochade.system.path_text import printable

RUN_FILE = "cluster-run.txt"
POLL_SECONDS = 0.5
MAX_NAME_BYTES = 64


def write_run_file(home: Path, name: str) -> None:
    """Write the name of a run beside the index.

    Raises:
        OutputUnwritable: The folder of the index can't be written.
    """
    write_atomically(home / RUN_FILE, name.encode())


def check_run_file(library: Library, name: str, patience_seconds: float = 0.0) -> None:
    """Make sure that this machine sees the folder of a run.

    Args:
        library: The collection as this machine sees it.
        name: The name of the run.
        patience_seconds: How long to wait for the file: a network disk may show a new file late.

    Raises:
        FilesMissing: It sees another folder, or none.
    """
    deadline = time.monotonic() + patience_seconds
    while not _names_run(library.home / RUN_FILE, name):
        if time.monotonic() >= deadline:
            raise FilesMissing(
                f"'{printable(str(library.folder))}' is not, or no longer, the folder that the run reads",
                "mount the folder of the art with its '.pochade' everywhere, and give the same --index everywhere",
            )
        time.sleep(POLL_SECONDS)


def _names_run(path: Path, name: str) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(MAX_NAME_BYTES) == name.encode()
    except OSError:
        return False
