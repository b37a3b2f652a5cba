"""Starts the command line, also by `python -m pochade`. While modules load, Ctrl-C ends it without a traceback."""

import os
import signal
import sys
from types import FrameType

INTERRUPTED_EXIT_CODE = 130


def main() -> None:
    """Import the commands and run one. Until then no work has begun, so Ctrl-C needs no traceback and no clean-up."""
    listens = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # false in the background of a script
    if listens:
        signal.signal(signal.SIGINT, _end)
    from pochade.cli import main as run_command_line  # noqa: PLC0415

    if listens:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command_line()


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.stderr.write("error: interrupted before anything began\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED_EXIT_CODE)  # an exception could be lost in a library that is being imported


if __name__ == "__main__":
    main()
