"""One process at a time learns a collection whose index is on a server, and a killed one leaves no lock behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.server_lock import learner_of, server_lock

pytestmark = pytest.mark.slow

HOLD_LOCK = """
import sys
from pochade.index.database import Index
from pochade.index.server_lock import server_lock
with server_lock(Index(sys.argv[1]), "learning"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_second_learner_is_refused_until_the_first_one_has_ended(database: str) -> None:
    index = Index(database)
    with server_lock(index, "learning"):
        with pytest.raises(UsageError, match="another process is learning"), server_lock(index, "learning"):
            pass
        with index.reading() as connection:
            assert learner_of(connection)
    with server_lock(index, "learning"):
        pass
    with index.reading() as connection:
        assert learner_of(connection) is None
    index.close()


def test_a_killed_learner_leaves_no_lock_behind(database: str) -> None:
    index = Index(database)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as learner:
        assert learner.stdout
        assert learner.stdout.readline() == b"locked\n"
        with pytest.raises(UsageError, match="another process"), server_lock(index, "learning"):
            pass
        learner.kill()
        learner.wait()
        wait_for_server(index)
    with server_lock(index, "learning"):
        pass
    index.close()


def wait_for_server(index: Index) -> None:
    """Wait until the server has noticed that the learner's connection ended."""
    while True:
        with index.reading() as connection:
            if learner_of(connection) is None:
                return


def test_an_sqlite_index_needs_no_lock_of_a_server(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    with server_lock(index, "learning"), server_lock(index, "learning"):
        pass
    index.close()
