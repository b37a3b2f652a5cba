"""Reading: contents are checked against the manifest before they are returned; golden archives decode for ever."""

import hashlib
import io
import json
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.codecs import picture_codecs
from pochade.archive.container import stored_paths
from pochade.archive.container.manifest_records import ArchivedFile
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.images.base.source import Source
from pochade.images.codecs import lossless
from pochade.images.io.read import picture_from_source
from tests.support.archives import build_archive, entry_json, manifest_json, peak_memory, write_archive
from tests.support.picture_files import colour_values, make_png_claiming

ROOT = Path(__file__).parents[2]


GOLDENS = [ROOT / "tests" / "golden" / name for name in ("lossless.pochade", "layered.pochade", "layered2.pochade")]


TEXT = b"of paper and ink"


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_a_golden_archive_decodes_for_ever(golden: Path) -> None:
    """`compress` made the archive once; the JSON holds the SHA-256 of each file, or of its pixels."""
    expected = json.loads(golden.with_suffix(".json").read_text(encoding="utf-8"))
    with open_archive(golden) as archive:
        assert archive.verify() == []
        assert {stored_paths.printable_path(file.path): content_hash(archive, file) for file in archive} == expected


def content_hash(archive: Archive, file: ArchivedFile) -> str:
    """The SHA-256 of a file, or of the pixels of a picture that need not come back byte for byte."""
    content = archive.read(file)
    if file.entry.returns == "bytes":
        return hashlib.sha256(content).hexdigest()
    picture = picture_from_source(Source(io.BytesIO(content), "the file", len(content), 2**30))
    alpha = b"" if picture.alpha is None else picture.alpha.tobytes()
    return hashlib.sha256(picture.pixels.tobytes() + alpha).hexdigest()


@pytest.mark.slow
def test_a_packed_bomb_is_stopped_early(tmp_path: Path) -> None:
    bomb = lzma.compress(bytes(50_000_000))
    manifest = manifest_json(entry_json(bomb, coder="xz", original_bytes=1000))
    with open_archive(write_archive(tmp_path, build_archive(manifest, bomb))) as archive:

        def try_to_read() -> None:
            with pytest.raises(ArchiveDamaged, match="another length than the manifest says"):
                archive.read(archive.manifest.files[0])

        assert peak_memory(try_to_read) < 20_000_000


def test_a_picture_of_another_size_than_the_manifest_says_is_not_decoded(tmp_path: Path) -> None:
    small = lossless.encode_jpeg_xl(colour_values())
    for content, shape in (
        (small, [60_000, 60_000, 3, 8]),
        (make_png_claiming(60_000, 60_000), [60_000, 60_000, 4, 8]),
    ):
        manifest = entry_json(content, coder="jpeg-xl", returns="pixels", shape=shape, pixels="", rest=0)
        path = write_archive(tmp_path, build_archive(manifest_json(manifest, rests=[""]), content))
        with open_archive(path) as archive, pytest.raises(ArchiveDamaged, match="can't be decoded"):
            archive.read(archive.manifest.files[0])


def test_another_content_than_promised_is_refused(tmp_path: Path) -> None:
    values = picture_codecs.hash_pixels(colour_values())
    encoded = lossless.encode_png(colour_values())
    manifest = entry_json(
        encoded, coder="png", returns="pixels", shape=[16, 24, 3, 8], pixels=values[::-1], rest=0, format="PNG"
    )
    other = entry_json(TEXT, "pieces/b", original_sha256="0" * 64)
    with open_archive(
        write_archive(tmp_path, build_archive(manifest_json(manifest, other, rests=[""]), encoded, TEXT))
    ) as archive:
        with pytest.raises(ArchiveDamaged, match="differ from the original"):
            archive.read(archive.manifest.files[0])
        with pytest.raises(ArchiveDamaged, match="another file"):
            archive.read(archive.manifest.files[1])


def test_an_unknown_codec_is_named_and_other_files_can_be_read(tmp_path: Path) -> None:
    manifest = manifest_json(entry_json(TEXT, coder="dream", score=91.5), entry_json(b"b", "pieces/b"), wish="unknown")
    with open_archive(write_archive(tmp_path, build_archive(manifest, TEXT, b"b"))) as archive:
        assert archive.verify() == []
        with pytest.raises(ArchiveDamaged, match="was encoded by 'dream'"):
            archive.read(archive.manifest.files[0])
        assert archive.read(archive.manifest.files[1]) == b"b"


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable, match="No such file"):
        open_archive(tmp_path / "nowhere")
    with pytest.raises(ArchiveDamaged, match="isn't an archive of Pochade's"):
        open_archive(write_archive(tmp_path, np.zeros(5000, np.uint8).tobytes()))


def test_damage_to_a_lossy_picture_is_found(medium_folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(medium_folder_and_archive[1]) as archive:
        content_range = archive.content_range(next(iter(archive)).entry)
    content = bytearray(medium_folder_and_archive[1].read_bytes())
    content[content_range.start + content_range.length // 2] ^= 4
    (tmp_path / "bad.pochade").write_bytes(content)
    with open_archive(tmp_path / "bad.pochade") as archive:
        assert [damage.lost_files for damage in archive.verify()] == [("cat.png",)]
        with pytest.raises(ArchiveDamaged, match="checksum"):
            archive.read(next(iter(archive)))


def test_verifying_does_not_load_torch(medium_folder_and_archive: tuple[Path, Path]) -> None:
    code = (
        "import sys; from pochade import open_archive; "
        f"assert open_archive({str(medium_folder_and_archive[1])!r}).verify() == []; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_old_attribute_names_still_work(restored_archive: Path) -> None:
    with open_archive(restored_archive) as archive:
        assert archive.nets() == archive.models()
        assert archive.net(archive.nets()[0]) == archive.model(archive.models()[0])
        assert archive.manifest.pieces == list(archive)
        for file in archive:
            entry = file.entry
            assert (file.coder, entry.coder) == (file.codec, entry.codec)
            assert (entry.net, entry.told) == (entry.model, entry.conditioning)
            assert (entry.rest, entry.raster) == (entry.remainder, entry.row_layout)
            assert archive.stretch(entry) == archive.content_range(entry)
