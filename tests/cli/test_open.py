"""`pochade open`, as far as the server."""

import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from pochade import errors
from pochade.web.server import address_of, listening_socket
from pochade.web.server_settings import ServerSettings
from tests.support.command_line import run_command
from tests.support.drawings import folder_of_art


def test_the_page_is_served_until_it_is_ended(tmp_path: Path) -> None:
    art = folder_of_art(tmp_path / "art", 1)
    command = [
        sys.executable,
        "-c",
        "from pochade.cli import main; main()",
        "open",
        str(art),
        "--port",
        "0",
        "--no-browser",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        line = next(line for line in process.stderr if "the page is at" in line)
        address = line.rpartition(" ")[2].strip()
        with urllib.request.urlopen(address) as page:
            assert b"<title>Pochade</title>" in page.read()
        process.terminate()
        process.stderr.read()
    assert not (art / ".pochade").exists()


def test_elsewhere_without_a_password_nothing_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    art = folder_of_art(tmp_path / "art", 1)
    monkeypatch.delenv("POCHADE_PASSWORD", raising=False)
    assert run_command(["open", art, "--host", "0.0.0.0", "--no-browser"], monkeypatch) == errors.UsageError.exit_code
    assert "needs a password" in capsys.readouterr().err
    monkeypatch.setenv("POCHADE_PASSWORD", "short")
    assert run_command(["open", art, "--host", "0.0.0.0", "--no-browser"], monkeypatch) == errors.UsageError.exit_code


def test_a_port_that_is_taken_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(errors.UsageError, match="the server can't listen"),
    ):
        listening_socket("127.0.0.1", taken.getsockname()[1])


def test_a_host_that_is_none_is_told() -> None:
    with pytest.raises(errors.UsageError, match="the server can't listen"):
        listening_socket("no host at all", 0)


@pytest.mark.parametrize(("host", "name"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]")])
def test_the_address_can_be_typed_into_a_browser(host: str, name: str) -> None:
    assert address_of(host, 1234) == f"http://{name}:1234/"


def test_results_lie_beside_the_collection_unless_told_otherwise(tmp_path: Path) -> None:
    assert ServerSettings(tmp_path / "art").results_folder == tmp_path / "art - results"
    assert ServerSettings(tmp_path / "art", results=tmp_path / "out").results_folder == tmp_path / "out"
