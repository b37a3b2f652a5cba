"""CLIP with hostile or incomplete databases."""

from pathlib import Path

import pytest

from pochade.errors import PictureDamaged
from tests.support.picture_checks import assert_unreadable, write_file
from tests.support.picture_files import files_of_every_format, make_clip

FILES = files_of_every_format()


def test_a_clip_with_an_endless_query_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.images.formats.clip.MAX_SQLITE_CALLBACKS", 5)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ImageData FROM n"
    content = make_clip(FILES["PNG"], "DROP TABLE CanvasPreview", f"CREATE VIEW CanvasPreview AS {endless}")
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "interrupted")


def test_a_clip_without_a_preview_is_refused(tmp_path: Path) -> None:
    content = make_clip(b"", "DELETE FROM CanvasPreview")
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "no preview in it$")
