"""A golden archive of restored AVIFs and the models that they need decodes for ever."""

import hashlib
import io
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.codecs.codec_names import FRAME_CODEC, RESTORED_FRAME_CODEC
from pochade.archive.codecs.restored_avif import RESTORED_AVIF
from pochade.archive.container.embedded_models import model_entry, model_id, with_repair_record
from pochade.archive.container.manifest_records import PICTURE, ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import PartialArchive
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.av1_frames import encode_frame
from pochade.models.denoiser import Denoiser
from pochade.models.model_configs import DenoiserConfig
from pochade.models.packed_weights import pack_model
from tests.support.paintings import painting

GOLDEN = Path(__file__).parents[1] / "golden" / "restored.pochade"


FRAMED = GOLDEN.with_name("framed.pochade")


WHOLE, SMALL = "whole.png", "small.png"  # one restored at its own size, one enlarged and restored


ALONE = "alone.png"  # an AV1 frame without boxes, enlarged and restored


BOXED = "boxed.png"  # an AV1 frame without boxes that needs no model


QUALITY = 40


def make() -> None:
    """Write the golden archive, and beside it what it decoded to on that machine; this was run once."""
    models = [pack_model(lively_model(planes)) for planes in (1, 2)]
    entries = [model_entry(model) for model in models]
    names = [model_id(entry) for entry in entries]
    whole_pixels, small_pixels = painting(72, 90), painting(36, 45)
    entries_and_contents = [
        avif_entry(WHOLE, whole_pixels, names[0], (QUALITY,), (72, 90, 3, 8)),
        avif_entry(SMALL, small_pixels, names[1], (QUALITY, 50), (72, 90, 3, 8)),
    ]
    write_golden(GOLDEN, models, entries_and_contents, [WHOLE, SMALL])


def make_framed() -> None:
    """Write the golden archive of frames without boxes; this was run once."""
    pixels, model = painting(36, 45), pack_model(lively_model(2))
    frame = encode_frame(pixels, QUALITY, 6)
    entry, _ = avif_entry(ALONE, pixels, model_id(model_entry(model)), (QUALITY, 50), (72, 90, 3, 8))
    entry = replace(entry, name=f"pieces/{ALONE}.obu", codec=RESTORED_FRAME_CODEC, fidelity="preview")
    entry = replace(entry, bytes=len(frame), crc32=zlib.crc32(frame))
    plain = replace(entry, name=f"pieces/{BOXED}.obu", codec=FRAME_CODEC, model=None, conditioning=None, shape=None)
    plain = replace(plain, original_sha256=hashlib.sha256(frame).hexdigest())
    write_golden(FRAMED, [model], [(entry, frame), (plain, frame)], [ALONE, BOXED])


def write_golden(
    path: Path, models: list[bytes], entries_and_contents: list[tuple[Entry, bytes]], paths: list[str]
) -> None:
    """Write an archive, and what its files decode to."""
    with PartialArchive(path) as part:
        for model in models:
            part.add(model_entry(model), [with_repair_record(model)])
        for entry, content in entries_and_contents:
            part.add(entry, [content])
        files = [ArchivedFile(path, 0, entry) for path, (entry, _) in zip(paths, entries_and_contents, strict=True)]
        part.finish(Manifest(part.entries, sorted(files, key=lambda file: file.path), []))
    with open_archive(path) as archive:
        for file in archive:
            (path.parent / f"restored-{file.path}").write_bytes(archive.read(file))


def lively_model(planes: int) -> Denoiser:
    """A small model that changes its input."""
    torch.manual_seed(planes)
    model = Denoiser(DenoiserConfig(planes=planes, finds=0, widths=(4, 8), change=0.1))
    torch.nn.init.normal_(model.unet.leave.weight, std=0.05)
    return model.eval()


def avif_entry(
    path: str, pixels: np.ndarray, model: str, conditioning: tuple[int, ...], shape: tuple[int, int, int, int]
) -> tuple[Entry, bytes]:
    """An entry and its AVIF."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "AVIF", quality=QUALITY, subsampling="4:4:4")
    content, original = file.getvalue(), hashlib.sha256(pixels.tobytes()).hexdigest()
    name, crc32 = f"pieces/{path}.avif", zlib.crc32(content)
    entry = Entry(name, len(content), crc32, RESTORED_AVIF.name, PICTURE, 9999, original, "PNG")
    return replace(entry, fidelity="medium", shape=shape, score=70.0, model=model, conditioning=conditioning), content


@pytest.mark.parametrize(("golden", "paths"), [(GOLDEN, [SMALL, WHOLE]), (FRAMED, [ALONE, BOXED])])
def test_the_golden_archive_is_intact(golden: Path, paths: list[str]) -> None:
    with open_archive(golden) as archive:
        assert archive.verify() == []
        assert [file.path for file in archive] == paths


@pytest.mark.parametrize(("golden", "path"), [(GOLDEN, SMALL), (GOLDEN, WHOLE), (FRAMED, ALONE)])
def test_pictures_come_back_within_one_level(golden: Path, path: str) -> None:
    with open_archive(golden) as archive:
        extracted = archive.read(next(file for file in archive if file.path == path))
    expected = np.asarray(Image.open(GOLDEN.parent / f"restored-{path}")).astype(int)
    decoded = np.asarray(Image.open(io.BytesIO(extracted)))
    assert decoded.shape == expected.shape == (72, 90, 3)
    assert np.abs(decoded - expected).max() <= 1


def test_the_model_changes_the_picture() -> None:
    with open_archive(GOLDEN) as archive:
        file = next(file for file in archive if file.path == WHOLE)
        avif = np.asarray(Image.open(io.BytesIO(archive.content_range(file.entry).content())).convert("RGB")).astype(
            int
        )
        extracted = np.asarray(Image.open(io.BytesIO(archive.read(file))))
    assert np.abs(extracted - avif).max() > 3


def test_a_frame_alone_comes_back_as_an_avif() -> None:
    with open_archive(FRAMED) as archive:
        extracted = archive.read(next(file for file in archive if file.path == BOXED))
    assert extracted == (GOLDEN.parent / f"restored-{BOXED}").read_bytes()
    decoded = np.asarray(Image.open(io.BytesIO(extracted)).convert("RGB")).astype(int)
    assert np.abs(decoded - painting(36, 45)).mean() < 4


def test_an_invalid_frame_is_reported_as_damage(tmp_path: Path) -> None:
    with PartialArchive(tmp_path / "a.pochade") as part:
        entry, content = avif_entry(BOXED, painting(36, 45), "", (), (36, 45, 3, 8))
        part.add(replace(entry, codec=FRAME_CODEC, model=None, conditioning=None, shape=None), [content])
        part.finish(Manifest(part.entries, [ArchivedFile(BOXED, 0, part.entries[0])], []))
    with (
        open_archive(tmp_path / "a.pochade") as archive,
        pytest.raises(ArchiveDamaged, match="does not begin with an AV1"),
    ):
        archive.read(next(iter(archive)))
