"""The socket, the address and the folder of results of the server."""

import socket
from pathlib import Path

import pytest

from pochade import errors
from pochade.web.server import address_of, listening_socket
from pochade.web.server_settings import ServerSettings


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
