"""Paths and names out of an index stay inside the collection's folder and the index's folder."""

import pytest

from pochade.errors import IndexDamaged
from pochade.index.path_rules import check_content_hash, check_plain_name, is_inside


@pytest.mark.parametrize(
    "path", [b"a.png", b"old/a b.png", b"caf\xe9.png", b"..a/b..png", b"pochade/x.png", b".pochades/a"]
)
def test_paths_below_the_folder_are_inside(path: bytes) -> None:
    assert is_inside(path)


@pytest.mark.parametrize(
    "path",
    [
        b"", b"/etc/passwd", b"../victim.png", b"a/../../b.png", b"a//b.png", b"a/", b"./a.png", b"a/.", b"a\0.png",
        b".pochade/index.sqlite", b"old/.Pochade/a.png", b".POCHADE", b".pochade. /a.png",
        "\uff0epochade/a.png".encode(), ".poch\u200dade/a.png".encode(),
    ],
)  # fmt: skip
def test_other_paths_are_not(path: bytes) -> None:
    assert not is_inside(path)


@pytest.mark.parametrize("content", ["", "a" * 63, "../" + "a" * 61, "A" * 64])
def test_only_a_sha_256_is_a_content_hash(content: str) -> None:
    with pytest.raises(IndexDamaged, match="is no content"):
        check_content_hash(content)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "..", "a\\b", "a" * 65])
def test_a_stored_name_is_one_plain_word(name: str) -> None:
    with pytest.raises(IndexDamaged, match="has the name"):
        check_plain_name(name)
