"""The log: what Pochade does, with tracebacks, for those who look for the cause of an error.

Modules write to `logging.getLogger(__name__)`. Nothing of it is shown unless the person asks for it: on the terminal by
`--verbose`, in a file by the environment variable `POCHADE_LOG`. `server_log.py` has the file that the server keeps.
"""

import logging
import os
import sys

from pochade.errors import OutputUnwritable
from pochade.system.path_text import printable, terminal_line

FILE_VARIABLE = "POCHADE_LOG"  # the path of a file, to which this process and its workers append
VERBOSE_VARIABLE = "POCHADE_VERBOSE"  # set for workers and jobs when the command has --verbose
FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
PACKAGE = "pochade"


class SafeFormatter(logging.Formatter):
    """Formats records as lines that cannot steer a terminal, whatever names and messages of strangers are in them."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record, with its traceback; only line breaks of the traceback and the message stay."""
        return "\n".join(map(terminal_line, super().format(record).split("\n")))


def start_logging() -> None:
    """Log to where the environment says; call it once at the start of a process.

    Raises:
        OutputUnwritable: The file that `POCHADE_LOG` names can't be written.
    """
    stop_logging()
    logging.getLogger(PACKAGE).addHandler(logging.NullHandler())  # otherwise Python prints warnings unasked
    if os.environ.get(VERBOSE_VARIABLE):
        print_log()
    if path := os.environ.get(FILE_VARIABLE):
        try:
            add_handler(logging.FileHandler(path, encoding="utf-8", errors="replace"), logging.DEBUG)
        except OSError as error:
            why = f"'{printable(path)}' can't be the log: {error.strerror or error}"
            raise OutputUnwritable(why, f"set {FILE_VARIABLE} to a file that can be written") from error


def print_log() -> None:
    """Print every record on stderr, also those of the processes that this one starts."""
    os.environ[VERBOSE_VARIABLE] = "1"
    add_handler(logging.StreamHandler(sys.stderr), logging.DEBUG)


def stop_logging() -> None:
    """Close what the other functions opened."""
    root, package = logging.getLogger(), logging.getLogger(PACKAGE)
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, SafeFormatter)]:
        root.removeHandler(handler)
        handler.close()
    package.handlers.clear()
    package.setLevel(logging.NOTSET)


def add_handler(handler: logging.Handler, level: int) -> None:
    """Send records of a level, and of higher ones, to a handler too."""
    handler.setLevel(level)
    handler.setFormatter(SafeFormatter())
    logging.getLogger().addHandler(handler)
    package = logging.getLogger(PACKAGE)
    package.setLevel(min(level, package.level or level))
