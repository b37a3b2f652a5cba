"""Workers of a cluster in processes of their own, started as a person starts them by hand."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sql

from pochade.index.claim_store import CLAIMS
from pochade.index.database import Index

PAUSE_SECONDS = 0.02


@contextmanager
def worker_process(art: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `pochade worker` as long as the block runs."""
    command = [sys.executable, "-m", "pochade", "--index", url, "worker", str(art)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"}) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_worker_reads(index: Index, process: subprocess.Popen[bytes]) -> None:
    """Wait until a worker has claimed files."""
    slot = sql.select(CLAIMS.c.worker).where(CLAIMS.c.worker.contains(f"-{process.pid}/"))
    while True:
        assert process.poll() is None, process.communicate()
        with index.reading() as connection:
            if connection.execute(slot).first():
                return
        time.sleep(PAUSE_SECONDS)
