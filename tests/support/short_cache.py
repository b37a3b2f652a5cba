"""A cache folder for one test, with a path that is short enough for sockets in it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.system import private_socket
from pochade.system.cache_folder import cache_folder

LONGEST_WAIT_SECONDS = 300.0  # on the busiest machine


@pytest.fixture
def short_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a cache folder of its own, and time to wait for answers."""
    monkeypatch.setattr(private_socket, "RECEIPT_SECONDS", LONGEST_WAIT_SECONDS)
    monkeypatch.setattr(private_socket, "ANSWER_SECONDS", LONGEST_WAIT_SECONDS)
    with tempfile.TemporaryDirectory(prefix="p-") as folder:
        for variable in ("HOME", "XDG_CACHE_HOME"):
            monkeypatch.setenv(variable, folder)
        yield cache_folder()
