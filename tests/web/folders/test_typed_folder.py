"""A text that a person types or pastes means a folder."""

from pathlib import Path

import pytest

from pochade.errors import UsageError
from pochade.web.folders.typed_folder import typed_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder and a file."""
    (tmp_path / "my art").mkdir()
    (tmp_path / "my art" / "a.png").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


PASTED = "~/my art", " HOME/my art/\n", "'HOME/my art'", '"~/my art"', "file://HOME/my%20art", "HOME/x/../my art"


@pytest.mark.parametrize("text", [*PASTED, "HOME/my art/a.png"])
def test_a_path_means_its_folder_however_it_is_pasted(text: str, home: Path) -> None:
    assert typed_folder(text.replace("HOME", str(home))) == home / "my art"


@pytest.mark.parametrize(
    "text", ["", "  ", "art", "./art", "../art", "'", "https://example.org/art", "/a\0b", "~no.body/x"]
)
def test_what_is_no_whole_path_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="is not a whole path"):
        typed_folder(text)
