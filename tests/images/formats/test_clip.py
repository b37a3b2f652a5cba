"""CLIP with hostile or incomplete databases."""

from pathlib import Path

import pytest

from pochade.errors import PictureDamaged
from tests.support.picture_checks import assert_unreadable, write_file
from tests.support.picture_files import files_of_every_format, make_clip

FILES = files_of_every_format()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ImageData FROM n"


@pytest.mark.parametrize(
    "table",
    [
        f"CREATE VIEW CanvasPreview AS {ENDLESS}",
        f"CREATE VIEW canvaspreview AS {ENDLESS}",
        "CREATE VIEW CanvasPreview AS SELECT hex(zeroblob(300000000)) AS ImageData",
        "CREATE TABLE CanvasPreview (n, ImageData AS (hex(zeroblob(300000000))))",
        "CREATE VIRTUAL TABLE CanvasPreview USING fts5(ImageData)",
    ],
)
def test_only_a_plain_table_of_a_clip_is_read(table: str, tmp_path: Path) -> None:
    content = make_clip(FILES["PNG"], "DROP TABLE CanvasPreview", table)
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "not a plain table")


def test_a_clip_whose_preview_takes_too_many_steps_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.images.formats.clip.MAX_SQLITE_CALLBACKS", 0)
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT x'00' FROM n"
    content = make_clip(FILES["PNG"], f"INSERT INTO CanvasPreview (ImageData) {rows}")
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "interrupted")


def test_a_clip_without_a_preview_is_refused(tmp_path: Path) -> None:
    content = make_clip(b"", "DELETE FROM CanvasPreview")
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "no preview in it$")
