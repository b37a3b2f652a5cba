"""TODO-DOCSTRING."""

import sys
from collections.abc import Sequence

import pytest

from pochade import cli


def run_command(words: Sequence[object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command line in this process and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["pochade", *map(str, words)])
    monkeypatch.setattr(cli.words, "file", None)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)
