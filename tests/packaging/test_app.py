"""The application in one folder: what its words mean, and in the full form, that it is built and shows a folder."""

import errno
import os
import runpy
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "packaging" / "app.py"
RunApp = Callable[..., list[str]]


@pytest.fixture
def run_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunApp:
    """Run the application with a command line that only keeps its words, and no programs but those in a folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: errno.ECONNREFUSED)  # the usual port is free

    def run(*words: object) -> list[str]:
        kept = list[str]()
        monkeypatch.setattr("pochade.__main__.main", lambda: kept.extend(sys.argv[1:]))
        monkeypatch.setattr(sys, "argv", ["pochade-app", *map(str, words)])
        runpy.run_path(str(PROGRAM), run_name="__main__")
        return kept

    return run


def make_program(path: Path, script: str) -> None:
    """Make a program out of a line of shell."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_folder_or_a_file_is_opened(run_app: RunApp, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert run_app(tmp_path) == ["open", str(tmp_path)]
    assert run_app(tmp_path / "a.png", "--no-browser") == ["open", str(tmp_path / "a.png"), "--no-browser"]


def test_a_second_window_gets_a_port_of_its_own(
    run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: 0)
    assert run_app(tmp_path) == ["open", str(tmp_path), "--port", "0"]
    assert run_app(tmp_path, "--port", "80") == ["open", str(tmp_path), "--port", "80"]


def test_the_list_of_an_archive_stays_on_the_terminal_of_a_file_manager(
    run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = list[str]()
    monkeypatch.setattr("builtins.input", questions.append)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    for name in ("art.pochade", "a.png"):
        (tmp_path / name).touch()
        assert run_app(tmp_path / name) == ["open", str(tmp_path / name)]
    assert questions == ["\nEnter closes this window. "]


@pytest.mark.parametrize(("before", "after"), [("/lib/of/mine", "/lib/of/mine"), (None, None)])
def test_browsers_load_the_libraries_of_the_system(
    before: str | None, after: str | None, run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/the/folder")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if before is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    run_app(tmp_path)
    assert os.environ.get("LD_LIBRARY_PATH") == after


def test_a_verb_is_passed_on_even_if_a_folder_has_its_name(
    run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "find").mkdir()
    assert run_app("find", "scan.jpg") == ["find", "scan.jpg"]


def test_without_words_the_page_asks_for_a_folder(run_app: RunApp) -> None:
    assert run_app() == ["open"]


def test_the_page_gets_a_window_of_its_own_where_a_browser_has_them(run_app: RunApp, tmp_path: Path) -> None:
    run_app(tmp_path)
    assert "BROWSER" not in os.environ
    make_program(tmp_path / "bin" / "chromium", "true")
    run_app(tmp_path)
    assert os.environ["BROWSER"] == "chromium --app=%s &"


def test_workers_run_as_modules(run_app: RunApp, tmp_path: Path) -> None:
    source, target = tmp_path / "in.json", tmp_path / "out.json"
    source.write_text("[ 1 ]", encoding="utf-8")
    assert not run_app("-P", "-m", "json.tool", "--compact", source, target)
    assert target.read_text(encoding="utf-8") == "[1]\n"
