"""The application in one folder: what its words mean, and in the full form, that it is built and shows a folder."""

import json
import os
import runpy
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.drawings import folder_of_art

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "packaging" / "app.py"
RunApp = Callable[..., list[str]]


@pytest.fixture
def run_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunApp:
    """Run the application with a command line that only keeps its words, and no programs but those in a folder."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("BROWSER", raising=False)

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


def test_a_folder_is_opened_and_a_picture_opens_its_folder(run_app: RunApp, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert run_app(tmp_path) == ["open", str(tmp_path)]
    assert run_app(tmp_path / "a.png") == ["open", str(tmp_path)]


def test_a_verb_is_passed_on_even_if_a_folder_has_its_name(
    run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "find").mkdir()
    assert run_app("find", "scan.jpg") == ["find", "scan.jpg"]


def test_without_words_a_window_asks_for_a_folder(run_app: RunApp, tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "zenity", "echo '/art of mine'")
    assert run_app() == ["open", "/art of mine"]


def test_closing_that_window_ends_the_application(run_app: RunApp, tmp_path: Path) -> None:
    make_program(tmp_path / "bin" / "zenity", "exit 1")
    with pytest.raises(SystemExit) as ended:
        run_app()
    assert ended.value.code == 0


def test_with_neither_window_nor_terminal_no_folder_is_guessed(
    run_app: RunApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit, match="name a folder"):
        run_app()


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


# Built ---------------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_the_application_is_built_learns_a_folder_and_shows_it(tmp_path: Path) -> None:
    subprocess.run(["bash", "packaging/build_app.sh", sys.executable, str(tmp_path / "app")], cwd=ROOT, check=True)
    program = tmp_path / "app" / "pochade" / "pochade-app"
    folder = folder_of_art(tmp_path / "art", 3)
    subprocess.run([program, "learn", folder, "--minutes", "0"], check=True)
    find: list[str | Path] = [program, "-C", folder, "find", folder / "drawing 0.png", "--json"]
    matches = json.loads(subprocess.run(find, capture_output=True, check=True).stdout)
    assert matches[0]["path"] == str(folder / "drawing 0.png")
    show: list[str | Path] = [program, folder, "--port", "0", "--no-browser"]
    with subprocess.Popen(show, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        address = next(line for line in process.stderr if "the page is at" in line).rpartition(" ")[2].strip()
        with urllib.request.urlopen(address) as page:
            assert b"<title>Pochade</title>" in page.read()
        process.terminate()
        process.stderr.read()
