"""No file of an archive may have the name of an index or of our temporary files, however it is spelled."""

import pytest

from pochade.archive.container.reserved_names import names_index, names_temporary_file

INDEX_NAMES = [
    ".pochade",
    ".pochade/index.sqlite-wal",
    "a/b/.POCHADE/x",
    ".Pochade. . ",
    "\uff0epochade/x",  # a full stop of East Asian width
    ".p\u200bochade/x",  # with a blank of no width
    ".poch\uff41de",
    "POCHAD~1/index.sqlite",
]
OTHER_NAMES = ["pochade", ".pochade2/x", "x.pochade", "art/pochade/index.sqlite", "a~1", ".poch\u00e4de"]
TEMPORARY_NAMES = [
    ".0123abcd.part",
    "a/.art.pochade.part",
    ".art.zip.PART.jsonl",
    ".art.pochade.part.jsonl.new",
    ".art.pochade.coded/deep/x",
    ".art.pochade.lock. ",
    ".extract.pochade.part",
    ".cat.jpg.4711.part",
]
PERSONAL_NAMES = [
    "film.part",
    "a.part.jsonl",
    ".hidden",
    ".part",
    "cat.png.xmp",
    ".x.lock",
    ".art.pochade.party",
    "a/b.coded",
]


@pytest.mark.parametrize("name", INDEX_NAMES, ids=ascii)
def test_every_spelling_of_the_index_is_recognised(name: str) -> None:
    assert names_index(name)


@pytest.mark.parametrize("name", OTHER_NAMES, ids=ascii)
def test_other_names_are_no_index(name: str) -> None:
    assert not names_index(name)


@pytest.mark.parametrize("name", TEMPORARY_NAMES)
def test_temporary_names_are_recognised(name: str) -> None:
    assert names_temporary_file(name)


@pytest.mark.parametrize("name", PERSONAL_NAMES)
def test_a_persons_names_are_no_temporary_names(name: str) -> None:
    assert not names_temporary_file(name)
