"""An archive with restored AVIFs and the net that they rest on, made once, gives them back for ever."""

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
from pochade.archive.codecs.restored_avif import FRAME, RESTORED, RESTORED_FRAME
from pochade.archive.container.embedded_models import as_stored, entry_of, name_of
from pochade.archive.container.manifest import PICTURE, ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import PartialArchive
from pochade.errors import ArchiveDamaged
from pochade.images.codecs.av1_frames import frame_of
from pochade.models import Denoiser, DenoiserConfig
from pochade.models.packed_weights import packed
from tests.archive.codecs.test_quality_search import painting

GOLDEN = Path(__file__).parents[2] / "golden" / "restored.pochade"
FRAMED = GOLDEN.with_name("framed.pochade")
WHOLE, SMALL = "whole.png", "small.png"  # one restored at its own size, one also enlarged
ALONE = "alone.png"  # one enlarged as well, of which only AV1's frame is there
BOXED = "boxed.png"  # one that is such a frame and needs no net
QUALITY = 40


def make() -> None:
    """The archive, and beside it what it gave on the machine that made it; it was made once."""
    nets = [packed(lively(planes)) for planes in (1, 2)]
    entries = [entry_of(net) for net in nets]
    names = [name_of(entry) for entry in entries]
    whole, small = painting(72, 90), painting(36, 45)
    pieces = [
        piece_of(WHOLE, whole, names[0], (QUALITY,), (72, 90, 3, 8)),
        piece_of(SMALL, small, names[1], (QUALITY, 50), (72, 90, 3, 8)),
    ]
    written(GOLDEN, nets, pieces, [WHOLE, SMALL])


def make_framed() -> None:
    """The same of a frame alone; made once, later."""
    pixels, net = painting(36, 45), packed(lively(2))
    frame = frame_of(pixels, QUALITY, 6)
    entry, _ = piece_of(ALONE, pixels, name_of(entry_of(net)), (QUALITY, 50), (72, 90, 3, 8))
    entry = replace(entry, name=f"pieces/{ALONE}.obu", coder=RESTORED_FRAME, fidelity="preview")
    entry = replace(entry, bytes=len(frame), crc32=zlib.crc32(frame))
    plain = replace(entry, name=f"pieces/{BOXED}.obu", coder=FRAME, net=None, told=None, shape=None)
    plain = replace(plain, original_sha256=hashlib.sha256(frame).hexdigest())
    written(FRAMED, [net], [(entry, frame), (plain, frame)], [ALONE, BOXED])


def written(path: Path, nets: list[bytes], pieces: list[tuple[Entry, bytes]], paths: list[str]) -> None:
    """An archive, and what it gives."""
    with PartialArchive(path) as part:
        for net in nets:
            part.add(entry_of(net), [as_stored(net)])
        for entry, content in pieces:
            part.add(entry, [content])
        files = [ArchivedFile(path, 0, entry) for path, (entry, _) in zip(paths, pieces, strict=True)]
        part.finish(Manifest(part.entries, sorted(files, key=lambda piece: piece.path), []))
    with open_archive(path) as archive:
        for piece in archive:
            (path.parent / f"restored-{piece.path}").write_bytes(archive.read(piece))


def lively(planes: int) -> Denoiser:
    """A small net that changes something."""
    torch.manual_seed(planes)
    net = Denoiser(DenoiserConfig(planes=planes, finds=0, widths=(4, 8), change=0.1))
    torch.nn.init.normal_(net.unet.leave.weight, std=0.05)
    return net.eval()


def piece_of(
    path: str, pixels: np.ndarray, net: str, told: tuple[int, ...], shape: tuple[int, int, int, int]
) -> tuple[Entry, bytes]:
    """An entry and its AVIF."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "AVIF", quality=QUALITY, subsampling="4:4:4")
    content, original = file.getvalue(), hashlib.sha256(pixels.tobytes()).hexdigest()
    name, crc32 = f"pieces/{path}.avif", zlib.crc32(content)
    entry = Entry(name, len(content), crc32, RESTORED.name, PICTURE, 9999, original, "PNG")
    return replace(entry, fidelity="medium", shape=shape, score=70.0, net=net, told=told), content


@pytest.mark.parametrize(("golden", "paths"), [(GOLDEN, [SMALL, WHOLE]), (FRAMED, [ALONE, BOXED])])
def test_it_is_sound(golden: Path, paths: list[str]) -> None:
    with open_archive(golden) as archive:
        assert archive.verify() == []
        assert [piece.path for piece in archive] == paths


@pytest.mark.parametrize(("golden", "path"), [(GOLDEN, SMALL), (GOLDEN, WHOLE), (FRAMED, ALONE)])
def test_pieces_come_back_within_a_level(golden: Path, path: str) -> None:
    with open_archive(golden) as archive:
        again = archive.read(next(piece for piece in archive if piece.path == path))
    wanted = np.asarray(Image.open(GOLDEN.parent / f"restored-{path}")).astype(int)
    seen = np.asarray(Image.open(io.BytesIO(again)))
    assert seen.shape == wanted.shape == (72, 90, 3)
    assert np.abs(seen - wanted).max() <= 1


def test_the_net_changes_what_the_avif_shows() -> None:
    with open_archive(GOLDEN) as archive:
        piece = next(one for one in archive if one.path == WHOLE)
        avif = np.asarray(Image.open(io.BytesIO(archive.stretch(piece.entry).content())).convert("RGB")).astype(int)
        again = np.asarray(Image.open(io.BytesIO(archive.read(piece))))
    assert np.abs(again - avif).max() > 3


def test_a_frame_alone_comes_back_as_an_avif() -> None:
    with open_archive(FRAMED) as archive:
        again = archive.read(next(piece for piece in archive if piece.path == BOXED))
    assert again == (GOLDEN.parent / f"restored-{BOXED}").read_bytes()
    seen = np.asarray(Image.open(io.BytesIO(again)).convert("RGB")).astype(int)
    assert np.abs(seen - painting(36, 45)).mean() < 4


def test_a_frame_that_is_none_is_told_as_damage(tmp_path: Path) -> None:
    with PartialArchive(tmp_path / "a.pochade") as part:
        entry, content = piece_of(BOXED, painting(36, 45), "", (), (36, 45, 3, 8))
        part.add(replace(entry, coder=FRAME, net=None, told=None, shape=None), [content])
        part.finish(Manifest(part.entries, [ArchivedFile(BOXED, 0, part.entries[0])], []))
    with open_archive(tmp_path / "a.pochade") as archive, pytest.raises(ArchiveDamaged, match="doesn't begin like"):
        archive.read(next(iter(archive)))
