"""Files of an archive are chosen by path, folder or pattern."""

import pytest

from pochade.archive.container.manifest_records import ArchivedFile, Entry, Manifest
from pochade.archive.container.stored_paths import printable_path
from pochade.archive.file_choice import choose_files
from pochade.errors import UsageError

PATHS = ["a.png", "b[1].png", "cats/a.png", "cats/old/tom.psd", "catsup.txt"]
ENTRY = Entry("pieces/x", 1, 0, "stored", "bytes", 1, "0" * 64)
MANIFEST = Manifest([ENTRY], [ArchivedFile(path, 0, ENTRY) for path in PATHS], ["cats/empty", "dogs"])


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], [*PATHS, "cats/empty", "dogs"]),
        (["a.png"], ["a.png"]),
        (["b[1].png"], ["b[1].png"]),
        (["cats"], ["cats/a.png", "cats/old/tom.psd", "cats/empty"]),
        (["cats/"], ["cats/a.png", "cats/old/tom.psd", "cats/empty"]),
        (["*.png"], ["a.png", "b[1].png", "cats/a.png"]),
        (["cats/*.psd", "?.png"], ["a.png", "cats/old/tom.psd"]),
        (["dogs"], ["dogs"]),
    ],
)
def test_paths_folders_and_patterns_choose(words: list[str], chosen: list[str]) -> None:
    choice = choose_files(MANIFEST, words)
    assert [printable_path(path) for path in (*(file.path for file in choice.files), *choice.folders)] == chosen


@pytest.mark.parametrize("word", ["A.png", "cat", "cats/new", "*.gif", "", "/a.png", "../a.png"])
def test_a_word_that_matches_nothing_is_an_error(word: str) -> None:
    with pytest.raises(UsageError, match="no file in the archive matches"):
        choose_files(MANIFEST, ["a.png", word])
