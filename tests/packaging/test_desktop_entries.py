"""File managers offer Pochade for folders, pictures and archives, and open the program where it lies."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
FILES = ("pochade.desktop", "pochade-archive.desktop", "pochade-mime.xml", "add_to_desktop.sh")
TOOLS = ("gio", "update-mime-database", "update-desktop-database")
needs_desktop = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """The folder of an application, with a name that needs care."""
    folder = tmp_path / 'my "art" $tools'
    folder.mkdir()
    for name in FILES:
        shutil.copy(PACKAGING / name, folder)
    shutil.copy(ROOT / "frontend" / "public" / "mark.svg", folder / "pochade.svg")
    program = folder / "pochade-app"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{tmp_path}/opened"\n', encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture
def data(application: Path, tmp_path: Path) -> Path:
    """The folder of a person's data, to which the application was added."""
    add_to_desktop(application, tmp_path / "data")
    return tmp_path / "data"


def add_to_desktop(application: Path, data: Path, *words: str) -> None:
    """Run the script."""
    command = ["sh", str(application / "add_to_desktop.sh"), *words]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"XDG_DATA_HOME": str(data)})


def entry_of(path: Path) -> dict[str, str]:
    """The keys and values of a desktop entry."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines[1:])


def ask_gio(data: Path, *words: str) -> str:
    """Run gio, which file managers of several desktops are built on."""
    environment = os.environ | {"XDG_DATA_HOME": str(data), "LC_ALL": "C.UTF-8"}
    return subprocess.run(["gio", *words], check=True, capture_output=True, text=True, env=environment).stdout


def test_folders_and_pictures_open_the_page_and_archives_a_terminal() -> None:
    page, archive = (entry_of(PACKAGING / name) for name in FILES[:2])
    assert page["Terminal"] == "false"
    assert {"inode/directory", "image/png", "application/x-krita"} <= set(page["MimeType"].split(";"))
    assert (archive["Terminal"], archive["MimeType"]) == ("true", "application/x-pochade;")


def test_the_program_is_named_by_its_place_with_all_that_is_special_escaped(data: Path) -> None:
    program = entry_of(data / "applications" / "pochade.desktop")["Exec"]
    assert program.endswith('/my \\\\"art\\\\" \\\\$tools/pochade-app" %f')


@needs_desktop
def test_a_file_manager_knows_an_archive_and_opens_it_and_a_picture(data: Path, tmp_path: Path) -> None:
    archive, picture = tmp_path / "art.pochade", tmp_path / "an owl.png"
    shutil.copy(ROOT / "tests" / "golden" / "lossless.pochade", archive)
    picture.touch()
    assert "application/x-pochade" in ask_gio(data, "info", "-a", "standard::content-type", str(archive))
    assert "pochade-archive.desktop" in ask_gio(data, "mime", "application/x-pochade")
    assert "pochade.desktop" in ask_gio(data, "mime", "image/png")
    ask_gio(data, "launch", str(data / "applications" / "pochade.desktop"), str(picture))
    assert (tmp_path / "opened").exists()


def test_all_of_it_can_be_taken_away_again(application: Path, data: Path) -> None:
    assert list(data.rglob("*pochade*"))
    add_to_desktop(application, data, "--remove")
    assert not list(data.rglob("*pochade*"))
