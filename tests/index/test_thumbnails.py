"""What is stored beside a thumbnail goes with it, and a cache that can't be written is no error."""

import os
from pathlib import Path

from pochade.index.thumbnails import (
    CUTOUT_GROUNDS,
    cutout_path,
    keep_cutout,
    remove_thumbnail,
    remove_unfinished,
    thumbnail_path,
)

CONTENT, OTHER = "ab" * 32, "ab" + "cd" * 31


def store_all(thumbnails: Path, content: str) -> list[Path]:
    """Store a thumbnail and its cut-outs."""
    paths = [thumbnail_path(thumbnails, content), *(cutout_path(thumbnails, content, name) for name in CUTOUT_GROUNDS)]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path in paths:
        keep_cutout(path, b"a picture")
    return paths


def test_a_thumbnail_is_removed_with_its_cutouts(tmp_path: Path) -> None:
    removed, others = store_all(tmp_path, CONTENT), store_all(tmp_path, OTHER)
    assert len(set(removed)) == 3
    remove_thumbnail(tmp_path, CONTENT)
    assert [path.exists() for path in removed + others] == [False] * 3 + [True] * 3
    remove_thumbnail(tmp_path, CONTENT)


def test_unfinished_cutouts_are_removed_when_they_are_old(tmp_path: Path) -> None:
    unfinished = [path.with_name(f".{path.name}.4711.part") for path in store_all(tmp_path, CONTENT)]
    for path in unfinished:
        path.write_bytes(b"half a picture")
        os.utime(path, (0, 0))
    remove_unfinished(tmp_path)
    assert not any(path.exists() for path in unfinished)


def test_a_cutout_that_cannot_be_kept_is_no_error(tmp_path: Path) -> None:
    keep_cutout(cutout_path(tmp_path / "no such folder", CONTENT, "dark"), b"a picture")
    assert list(tmp_path.rglob("*.dark")) == []
