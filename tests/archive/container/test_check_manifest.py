"""A manifest that says something impossible is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.errors import ArchiveDamaged
from tests.support.archives import (
    Json,
    build_archive,
    entry_json,
    manifest_json,
    peak_memory,
    readable_files,
    write_archive,
)

TEXT = b"of paper and ink"


def test_the_builder_of_hostile_archives_builds_a_good_one(tmp_path: Path) -> None:
    with open_archive(write_archive(tmp_path, build_archive(manifest_json(entry_json(TEXT)), TEXT))) as archive:
        assert archive.verify() == []
        assert readable_files(archive) == {"0.png": TEXT}


PATHS = [
    "../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/.", "C:\\x", "C:/x", "..\\x", "a\0b",
    "\udc2e\udc2e/x", "\udcc3\udca4", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_paths_that_lead_elsewhere_are_refused(path: str, tmp_path: Path) -> None:
    for manifest in (
        manifest_json(entry_json(TEXT, files=[{"path": path, "mtime": 0}])),
        manifest_json(entry_json(TEXT), folders=[path]),
    ):
        with pytest.raises(ArchiveDamaged, match="its manifest has the path"):
            open_archive(write_archive(tmp_path, build_archive(manifest, TEXT)))


@pytest.mark.parametrize("name", ["coder", "returns", "fidelity", "format", "original_sha256"])
@pytest.mark.parametrize("word", ["\x1b[31mred\x07", "\ud800", "two\nlines"], ids=ascii)
def test_control_characters_are_refused(name: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match=f"its manifest has the wrong '{name}'"):
        open_archive(write_archive(tmp_path, build_archive(manifest_json(entry_json(TEXT, **{name: word})), TEXT)))


def path_twice(manifest: Json) -> None:
    manifest["entries"][0]["files"] *= 2


def file_as_folder(manifest: Json) -> None:
    manifest["entries"][0]["files"].append({"path": "0.png/x", "mtime": 0})


def folder_below_a_file(manifest: Json) -> None:
    manifest["folders"] = ["0.png"]


def same_entry(manifest: Json) -> None:
    manifest["entries"].append(manifest["entries"][0])


def entry_without_content(manifest: Json) -> None:
    manifest["entries"].append(entry_json(TEXT, "pieces/b", files=[]))


def too_long_entry(manifest: Json) -> None:
    manifest["entries"][0]["bytes"] += 10


def negative_size(manifest: Json) -> None:
    manifest["entries"][0]["bytes"] = -5


def huge_size(manifest: Json) -> None:
    manifest["entries"][0]["original_bytes"] = 2**64


def wrong_type(manifest: Json) -> None:
    manifest["entries"][0]["crc32"] = "12"


def unknown_remainder(manifest: Json) -> None:
    manifest["entries"][0]["rest"] = 1


def name_outside(manifest: Json) -> None:
    manifest["entries"][0]["name"] = "pieces/../../a"


def newer_format(manifest: Json) -> None:
    manifest["format"] = "pochade-archive-9"


def broken_remainder(manifest: Json) -> None:
    manifest["rests"] = ["no base64!"]


def missing_field(manifest: Json) -> None:
    del manifest["folders"]


def steering_loss(manifest: Json) -> None:
    manifest["entries"][0]["lost"] = ["EXIF", "\x1b[31m"]


IMPOSSIBLE_MANIFESTS: list[tuple[Callable[[Json], None], str]] = [
    (path_twice, "the same path twice"),
    (file_as_folder, "a file where"),
    (folder_below_a_file, "a file where"),
    (same_entry, "the same entry twice"),
    (entry_without_content, "other sizes than the file"),
    (too_long_entry, "other sizes than the file"),
    (negative_size, "the wrong 'bytes'"),
    (huge_size, "the wrong 'original_bytes'"),
    (wrong_type, "the wrong 'crc32'"),
    (unknown_remainder, "refers to something that isn't there"),
    (name_outside, "which Pochade never writes"),
    (newer_format, "of the format 'pochade-archive-9'"),
    (broken_remainder, "a broken 'rests'"),
    (missing_field, "the wrong 'folders'"),
    (steering_loss, "the wrong 'lost'"),
]


@pytest.mark.parametrize(("change", "sentence"), IMPOSSIBLE_MANIFESTS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_impossible_manifest_is_refused(change: Callable[[Json], None], sentence: str, tmp_path: Path) -> None:
    manifest = manifest_json(entry_json(TEXT))
    change(manifest)
    with pytest.raises(ArchiveDamaged, match=sentence):
        open_archive(write_archive(tmp_path, build_archive(manifest, TEXT)))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b"1" * 5000, b"null"], ids=len)
def test_a_manifest_that_is_no_record_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveDamaged, match="can't be opened"):
        open_archive(write_archive(tmp_path, build_archive(content)))


@pytest.mark.parametrize("name", [".pochade/index.sqlite-wal", "art/.POCHADE./looks.f32", "POCHAD~1/index.sqlite"])
def test_an_archive_that_would_write_into_an_index_is_refused(name: str, tmp_path: Path) -> None:
    as_file = manifest_json(entry_json(TEXT, files=[{"path": name, "mtime": 0}]))
    as_folder = manifest_json(entry_json(TEXT), folders=[name])
    for manifest in (as_file, as_folder):
        with pytest.raises(ArchiveDamaged, match="into a collection's index") as caught:
            open_archive(write_archive(tmp_path, build_archive(manifest, TEXT)))
        assert "don't trust this archive" in caught.value.hint
    with pytest.raises(ArchiveDamaged, match="which Pochade never writes"):
        open_archive(write_archive(tmp_path, build_archive(manifest_json(entry_json(TEXT, name="pieces/.pochade/a")))))


def test_a_path_through_ten_thousand_folders_costs_no_memory(tmp_path: Path) -> None:
    for deep, sentence in (
        ("a/" * 10_000 + "a", "a path of 20,001 characters"),
        ("a/" * 4000 + "a", "a path of 4,001 folders"),
        ("a/" * 2000 + "a", "a file where"),
    ):
        manifest = manifest_json(entry_json(TEXT, files=[{"path": deep, "mtime": 0}, {"path": "a", "mtime": 0}]))
        path = write_archive(tmp_path, build_archive(manifest, TEXT))

        def try_to_open(path: Path = path, sentence: str = sentence) -> None:
            with pytest.raises(ArchiveDamaged, match=sentence):
                open_archive(path)

        assert peak_memory(try_to_open) < 2_000_000
