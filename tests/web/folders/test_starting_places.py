"""A person begins to look in the folders of the desktop, in the language of the desktop."""

from pathlib import Path

import pytest

from pochade.web.folders.starting_places import StartingPlace, starting_places


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the usual folders, and no disks."""
    for name in ("Pictures", "Desktop"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr("pochade.web.folders.starting_places._disks", lambda: iter(()))
    return tmp_path


def test_the_usual_folders_that_exist_are_offered(home: Path) -> None:
    assert starting_places() == [
        StartingPlace("pictures", "Pictures", home / "Pictures"),
        StartingPlace("desktop", "Desktop", home / "Desktop"),
        StartingPlace("home", "Home", home),
    ]


def test_a_desktop_in_another_language_has_other_names(home: Path) -> None:
    (home / ".config").mkdir()
    (home / "Bilder").mkdir()
    lines = ['XDG_PICTURES_DIR="$HOME/Bilder"', 'XDG_DESKTOP_DIR="$HOME/"', 'XDG_DOCUMENTS_DIR="/elsewhere"']
    (home / ".config" / "user-dirs.dirs").write_text("\n".join(lines), encoding="utf-8")
    assert [place.path for place in starting_places()] == [home / "Bilder", home / "Desktop", home]


def test_the_folder_of_the_terminal_comes_first_unless_it_is_there_already(home: Path) -> None:
    (home / "art").mkdir()
    assert starting_places(home / "art")[0] == StartingPlace("here", "art", home / "art")
    for current in (home, home / "Pictures", Path("/"), None):
        assert starting_places(current)[0].kind == "pictures"
