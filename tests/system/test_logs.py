"""Errors are logged with their tracebacks, where the person asked for it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.errors import OutputUnwritable
from pochade.system import logs, server_log
from pochade.system.logs import print_log, start_logging, stop_logging

logger = logging.getLogger("pochade.somewhere")


@pytest.fixture(autouse=True)
def closed_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No log before and after each test."""
    for variable in (logs.FILE_VARIABLE, logs.VERBOSE_VARIABLE):
        monkeypatch.setenv(variable, "")
    stop_logging()
    yield
    stop_logging()


def log_an_error() -> None:
    """Log an error with a traceback, and with a name that would steer a terminal."""
    try:
        int("no number")
    except ValueError:
        logger.exception("could not read '%s'", "a\x1b]0;title\x07\u202e.png")


def test_nothing_is_printed_unless_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    log_an_error()
    assert capsys.readouterr() == ("", "")


def test_a_verbose_command_prints_tracebacks_that_steer_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    print_log()
    logger.debug("a detail")
    log_an_error()
    printed = capsys.readouterr().err
    assert "DEBUG" in printed
    assert "could not read 'a\ufffd]0;title\ufffd\ufffd.png'\nTraceback" in printed
    assert "ValueError: invalid literal" in printed
    assert "\x1b" not in printed


def test_the_environment_names_a_file_that_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.FILE_VARIABLE, str(tmp_path / "log.txt"))
    for _ in range(2):
        start_logging()
        log_an_error()
    assert (tmp_path / "log.txt").read_text(encoding="utf-8").count("Traceback") == 2


def test_a_file_that_cannot_be_written_is_an_error_with_a_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(logs.FILE_VARIABLE, str(tmp_path / "nowhere" / "log.txt"))
    with pytest.raises(OutputUnwritable, match="can't be the log") as caught:
        start_logging()
    assert logs.FILE_VARIABLE in caught.value.hint


def test_the_log_of_a_server_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server_log, "MAX_BYTES", 2_000)
    start_logging()
    server_log.print_warnings()
    server_log.log_server(tmp_path / "server.log")
    for _ in range(100):
        log_an_error()
    assert {path.name for path in tmp_path.iterdir()} == {"server.log", *(f"server.log.{n}" for n in (1, 2, 3))}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 5 * 2_000
    assert "Traceback" in capsys.readouterr().err


def test_a_server_makes_no_folder_for_its_log(tmp_path: Path) -> None:
    server_log.log_server(tmp_path / ".pochade" / "server.log")
    log_an_error()
    assert not list(tmp_path.iterdir())
