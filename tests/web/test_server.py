"""The socket, the address and the folder of results of the server."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from pochade import errors
from pochade.web.server import address_of, listening_socket
from pochade.web.server_settings import ServerSettings
from tests.support.drawings import folder_of_art

ROOT = Path(__file__).parents[2]
LONGEST_STOP_SECONDS = 60  # on the busiest machine; otherwise three seconds


def test_a_port_that_is_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(errors.UsageError, match="can't listen on"):
            listening_socket("127.0.0.1", port)


def test_an_unknown_host_is_an_error() -> None:
    with pytest.raises(errors.UsageError, match="can't listen on"):
        listening_socket("no host at all", 0)


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]")])
def test_the_address_can_be_typed_into_a_browser(host: str, name: str) -> None:
    assert address_of(host, 1234) == f"http://{name}:1234/"


def test_results_are_beside_the_collection_by_default(tmp_path: Path) -> None:
    assert ServerSettings(tmp_path / "art").results_folder == tmp_path / "art - results"
    assert ServerSettings(tmp_path / "art", results=tmp_path / "out").results_folder == tmp_path / "out"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "stop"),
    [(1024, signal.SIGINT), (2048, signal.SIGINT), (1024, signal.SIGHUP)],
    ids=["in a worker", "in a thread that nothing can end", "when its terminal is closed"],
)
def test_the_server_ends_while_a_picture_is_drawn_and_leaves_nothing(
    side: int, stop: signal.Signals, tmp_path: Path
) -> None:
    folder, temporary = folder_of_art(tmp_path / "art", 1), tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "tests.support.stuck_server", str(folder)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
        assert server.stdout
        address = urlsplit(server.stdout.readline())
        assert address.hostname
        with socket.create_connection((address.hostname, address.port or 0)) as request:
            path = f"/api/pictures/{'0' * 16}?side={side}"
            request.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc.strip()}\r\n\r\n".encode())
            assert server.stdout.readline() == "drawing\n"
            workers = psutil.Process(server.pid).children(recursive=True)
            server.send_signal(stop)
            server.wait(LONGEST_STOP_SECONDS)
    _, alive = psutil.wait_procs(workers, timeout=LONGEST_STOP_SECONDS)
    assert not alive
    assert not list(temporary.iterdir())
