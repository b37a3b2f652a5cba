"""Run the command line in the tests' own process."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from pochade import cli


class CommandResult(NamedTuple):
    """The outcome of a command."""

    code: int
    output: str  # on stdout
    messages: str  # on stderr

    @property
    def data(self) -> Any:
        """The JSON on stdout."""
        return json.loads(self.output)


RunCommand = Callable[..., CommandResult]  # takes the words after `pochade`


def run_command(words: Sequence[object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command and return its exit code.

    Args:
        words: The words after `pochade`.
        monkeypatch: Replaces the arguments of this process.
    """
    monkeypatch.setattr(sys, "argv", ["pochade", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)
