"""Names of entries: valid on every system, never a folder of another entry, and chosen quickly."""

import zipfile
from pathlib import Path

from pochade.archive.archive_writer import compress
from pochade.archive.container import entry_names


def file_names(folder: Path) -> set[str]:
    """The paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_no_entry_is_the_folder_of_another(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "empty").write_bytes(b"a file")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    (tmp_path / "art" / "empty").unlink()
    (tmp_path / "art" / "empty").mkdir()
    (tmp_path / "art" / "empty" / "a").write_bytes(b"in a folder")
    compress(tmp_path / "art", tmp_path / "x.pochade")
    with zipfile.ZipFile(tmp_path / "x.pochade") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert file_names(tmp_path / "unpacked" / "pieces") == {"empty", "empty-2/a"}
    names = entry_names.EntryNames()
    names.take("pieces/folder/a")
    assert entry_names.choose_entry_name("folder", "", names) == "pieces/folder-2"


def test_many_names_are_chosen_quickly() -> None:
    names = CountingNames()
    for number in range(2000):
        entry_names.choose_entry_name(f"{number}.png", ".jxl", names)
    assert names.calls == 2000


class CountingNames(entry_names.EntryNames):
    """Names that count how often they are checked."""

    calls = 0

    def is_free(self, name: str) -> bool:
        """Check a name, and count."""
        self.calls += 1
        return super().is_free(name)
