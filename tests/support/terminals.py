"""A terminal that keeps what it would show."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import pytest


class TerminalStream(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is a terminal."""
        return True


@contextmanager
def stderr_on_terminal() -> Iterator[TerminalStream]:
    """Let stderr go to a terminal, 100 columns wide, inside of the context.

    A fixture could not do this: pytest replaces stderr again when the test itself begins.
    """
    with pytest.MonkeyPatch.context() as monkeypatch, redirect_stderr(TerminalStream()) as stream:
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.delenv("NO_COLOR", raising=False)
        yield stream
