"""Which files a walk through a folder finds."""

import os
from pathlib import Path

import pytest

from pochade.system.folder_walk import MAX_MTIME_NS, stamp_of, suffix_of, walk_folder


def test_a_walk_finds_possible_pictures_and_follows_no_folder_links(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".pochade").mkdir()
    (tmp_path / "index").mkdir()
    for name in ("a.png", "no suffix", "sub/b.unknown", "notes.TXT", ".hidden.png", ".pochade/c.png", "index/d.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    (tmp_path / "broken link.png").symlink_to(tmp_path / "gone")
    listing = walk_folder(tmp_path, tmp_path / "index")
    assert set(listing.files) == {b"a.png", b"no suffix", b"sub/b.unknown", b"link.png", b"broken link.png"}
    assert listing.files[b"link.png"] == listing.files[b"a.png"]
    assert listing.unreadable == {}


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path) -> None:
    listing = walk_folder(tmp_path / "gone", tmp_path / "index")
    assert listing.files == {}
    assert listing.unreadable == {b"": "can't be listed: No such file or directory"}


@pytest.mark.parametrize(("name", "suffix"), [(b"a.PNG", b"png"), (b"a.tar.gz", b"gz"), (b"a", b""), (b"a.", b"")])
def test_a_suffix_is_what_follows_the_last_dot(name: bytes, suffix: bytes) -> None:
    assert suffix_of(name) == suffix


def test_a_time_beyond_the_database_is_clamped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    status = (tmp_path / "a").stat()
    assert stamp_of(status).size == 1
    late = os.stat_result([*status[:10], *[status.st_atime, status.st_mtime, status.st_ctime], 0, MAX_MTIME_NS * 4, 0])
    assert stamp_of(late).mtime == MAX_MTIME_NS
