"""A cluster of Ray with two nodes of one core each on this machine, as an administrator starts it, with a token."""

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests.support.postgres_server import free_port

START_SECONDS = 120.0
PAUSE_SECONDS = 0.2
NODE = ["--num-cpus=1", "--object-store-memory=80000000", "--disable-usage-stats", "--block"]
HEAD = ["--head", "--include-dashboard=false", *NODE]
ADDRESS = re.compile(r"--address='([^']+)'")


class RayCluster(NamedTuple):
    """A running cluster."""

    url: str
    node: subprocess.Popen[bytes]  # the node that is not the head
    environment: dict[str, str]  # in which its token is


@contextmanager
def two_ray_nodes(folder: Path) -> Iterator[RayCluster]:
    """Run a head and a node as long as the block runs."""
    environment = os.environ | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    client_port = 20_000 + free_port() % 10_000  # Ray keeps the ports from 10,002 to 19,999 for its workers
    with tempfile.TemporaryDirectory(prefix="ray-") as session:  # pytest's folders have names too long for sockets
        options = [f"--temp-dir={session}", "--port=0", f"--ray-client-server-port={client_port}"]
        yield from _start_nodes(folder, environment, options, client_port)


def _start_nodes(
    folder: Path, environment: dict[str, str], options: list[str], client_port: int
) -> Iterator[RayCluster]:
    with ray_start(folder / "head", environment, *HEAD, *options):
        address = wait_for(folder / "head", ADDRESS)
        with ray_start(folder / "node", environment, *NODE, f"--address={address}") as node:
            wait_for(folder / "node", re.compile(r"(Ray runtime started)"))
            yield RayCluster(f"ray://{address.partition(':')[0]}:{client_port}", node, environment)


@contextmanager
def ray_start(log: Path, environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `ray start` and everything that it starts, and end it with the block."""
    command = [str(Path(sys.executable).with_name("ray")), "start", *options]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True) as process,
    ):
        try:
            yield process
        finally:
            end_group(process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for(log: Path, pattern: re.Pattern[str]) -> str:
    """Wait until a log has what a pattern finds."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if match := pattern.search(log.read_text(encoding="utf-8", errors="replace")):
            return match[1]
        time.sleep(PAUSE_SECONDS)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
