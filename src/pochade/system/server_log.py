"""The log file that a server keeps beside the index of its collection."""

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pochade.system.logs import VERBOSE_VARIABLE, add_handler

MAX_BYTES = 2**20
BACKUPS = 3


class ServerLog(RotatingFileHandler):
    """The server's log file; it is made by the first record, and only in a folder that exists by then.

    Args:
        path: The file; older records are in files beside it, whose names end in .1 to .3.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless nothing has been learnt yet: then there is no folder for it."""
        if Path(self.baseFilename).parent.is_dir():
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging calls it by this name
        """Do nothing if the file can't be written: a full disk must not stop an answer."""


def log_server(path: Path) -> None:
    """Write what a server does to a file, in the place of the file before, if there was one."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, ServerLog)]:
        root.removeHandler(handler)
        handler.close()
    add_handler(ServerLog(path), logging.INFO)


def print_warnings() -> None:
    """Print warnings and errors of a server on the terminal."""
    if not os.environ.get(VERBOSE_VARIABLE):
        add_handler(logging.StreamHandler(sys.stderr), logging.WARNING)
