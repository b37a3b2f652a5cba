"""`pochade worker`: help another process to learn a collection."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pochade.cli.messages import count_of, explain_interrupt, print_message


@contextmanager
def take_end_as_interrupt() -> Iterator[None]:
    """Let SIGTERM, which ends services, do what Ctrl-C does: the files of the worker go back at once."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@explain_interrupt()
def worker(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="The folder of art. By default that of -C, or the nearest collection upwards from here."),
    ] = None,
) -> None:
    """Help another machine to learn.

    Start it on as many machines as you like, in any order, and `pochade --index URL learn FOLDER --cluster none` on
    one. Every worker reads files with all cores of its machine, and ends when all files are read. It needs the folder
    of the art, the same --index, and the same version of Pochade.

    A worker may be stopped or killed at any time: others read what it did not finish.

    Example: `pochade --index postgresql+psycopg://studio@db/art worker /mnt/art`
    """
    with take_end_as_interrupt(), context.obj.open_collection(folder) as collection:
        print_message("waiting for 'pochade learn --cluster'")
        stored = collection.work_on_cluster(on_start=lambda: print_message("reading"))
    print_message(f"the run has ended; this worker stored {count_of(stored, 'file')}")
