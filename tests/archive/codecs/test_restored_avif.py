"""Restored AVIF: a net in the archive, once, only where it pays, and never one flipped bit away from being lost."""

import io
import json
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pochade.archive import model_choice
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs import file_codecs
from pochade.archive.codecs.restored_avif import restored_picture
from pochade.archive.container.embedded_models import as_stored, entry_of, net_in
from pochade.archive.container.manifest import NET, Entry
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.extractor import extract
from pochade.archive.model_choice import settle
from pochade.errors import ArchiveDamaged, CheckpointDamaged, OutputUnwritable
from pochade.images.codecs.thumbnail_codec import enlarged
from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.models import Denoiser, DenoiserConfig, weights
from pochade.models.artifact_remover import ArtifactRemover, shipped
from pochade.models.packed_weights import packed, unpacked
from tests.archive.codecs.test_quality_search import as_png, painting

SMALL = DenoiserConfig(planes=1, finds=0, widths=(8, 16))


@pytest.fixture
def lively() -> Denoiser:
    """A net that changes something: its last layer isn't zero."""
    torch.manual_seed(0)
    net = Denoiser(SMALL)
    torch.nn.init.normal_(net.unet.leave.weight, std=0.05)
    return net.eval()


# The net as bytes -----------------------------------------------------------------------------------------------------


def test_a_packed_net_does_what_it_did(lively: Denoiser) -> None:
    again = unpacked(packed(lively))
    x, told = torch.rand(1, 3, 32, 32), torch.full((1, 1, 32, 32), 0.5)
    with torch.no_grad():
        assert again.config == SMALL
        assert torch.allclose(again(x, told)[0], lively(x, told)[0], atol=0.05)
    assert len(packed(lively)) < 1.2 * sum(one.numel() for one in lively.parameters())
    assert packed(again) == packed(unpacked(packed(again)))


@pytest.mark.parametrize(
    "config",
    [
        {"widths": []}, {"widths": [1] * 11}, {"widths": "ab"}, {"widths": [2**20, 2**20]}, {"change": "x"},
        {"change": None}, {"planes": -1}, {"planes": 2**40}, {"finds": True}, {"more": 1}, {"keeps_grey": 1}, [],
    ],
)  # fmt: skip
def test_a_net_with_a_strange_config_is_refused(lively: Denoiser, config: Any) -> None:
    head, _, body = packed(lively).partition(b"\n")
    said = json.loads(head)
    said["config"] = said["config"] | config if isinstance(config, dict) else config
    with pytest.raises(CheckpointDamaged):
        unpacked(json.dumps(said).encode() + b"\n" + body)


@pytest.mark.parametrize("at", [0, 30, -1])
def test_a_net_cut_or_changed_is_refused(lively: Denoiser, at: int) -> None:
    content = bytearray(packed(lively))
    content[at] ^= 255
    with pytest.raises(CheckpointDamaged):
        unpacked(bytes(content[: len(content) // 2 if at == 30 else None]))


def test_any_damaged_block_of_a_net_is_mended(lively: Denoiser) -> None:
    net = packed(lively)
    entry, content = entry_of(net), as_stored(net)
    for place in range(0, len(content), 97):
        harmed = bytearray(content)
        harmed[place] ^= 1 << place % 8
        assert net_in(entry, bytes(harmed)) == net
    with pytest.raises(ArchiveDamaged):
        net_in(entry, bytes(len(content)))


# A picture redrawn ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 130), (640, 90), (600, 530)])
def test_tiles_are_exactly_the_whole(
    lively: Denoiser, height: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mender = ArtifactRemover(packed(lively))
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    whole = mender.mended(pixels, (50,))
    assert whole.shape == pixels.shape
    assert (whole != pixels).any()
    monkeypatch.setattr("pochade.models.artifact_remover.TILE", 256)
    assert np.abs(mender.mended(pixels, (50,)).astype(int) - whole).max() <= 1


def test_a_picture_without_colour_is_given_none_where_the_net_says_so(lively: Denoiser) -> None:
    tinting = ArtifactRemover(packed(lively))
    lively.config = replace(SMALL, keeps_grey=True)
    keeping = ArtifactRemover(packed(lively))
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (40, 600, 1), np.uint8), 3, 2)
    assert np.ptp(tinting.mended(grey, (50,)), 2).any()
    assert not np.ptp(keeping.mended(grey, (50,)), 2).any()
    assert (keeping.mended(grey, (50,)) != grey).any()
    grey[0, -1, 0] ^= 1  # one pixel of colour, far from the first tile, and it is a picture like others
    assert (keeping.mended(grey, (50,)) == tinting.mended(grey, (50,))).all()


def test_a_net_packed_before_there_was_grey_to_keep_does_what_it_did(lively: Denoiser) -> None:
    head, _, body = packed(lively).partition(b"\n")
    said = json.loads(head)
    del said["config"]["keeps_grey"]
    assert unpacked(json.dumps(said).encode() + b"\n" + body).config == SMALL


def test_the_shipped_net_brings_a_coded_painting_nearer_to_what_it_was() -> None:
    pixels = painting(256, 256)
    for quality in (20, 50, 80):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "AVIF", quality=quality, subsampling="4:4:4")
        coded = np.asarray(Image.open(file).convert("RGB"))
        again = shipped().mended(coded, (quality,))
        errors = [np.square(one.astype(float) - pixels).mean() for one in (again, coded)]
        assert errors[0] < errors[1]
        assert ssimulacra2(pixels, again) > ssimulacra2(pixels, coded) - 0.5


@pytest.mark.parametrize("file", [weights.AVIF, weights.PREVIEW])
def test_a_shipped_net_travels_in_at_most_600_kilobytes(file: str) -> None:
    assert len(as_stored(shipped(file).content)) <= 600_000


# Whether it travels ---------------------------------------------------------------------------------------------------


def entry_for(content: str, size: int, net: str | None) -> tuple[Entry, bytes]:
    """An entry of so many bytes for a content."""
    coder = "avif-restored" if net else "avif"
    name = f"pieces/{content}{'-2' if net else ''}.avif"
    written = bytes(size)
    return Entry(
        name, size, zlib.crc32(written), coder, "picture", 9999, content * 64, "PNG", "medium", net=net,
        told=(40,) if net else None, shape=(8, 8, 3, 8) if net else None,
    ), written  # fmt: skip


@pytest.mark.parametrize("pays", [True, False])
def test_the_net_travels_only_where_the_sum_is_smaller_with_it(tmp_path: Path, lively: Denoiser, pays: bool) -> None:
    net = packed(lively)
    name = entry_of(net).original_sha256[:16]
    saved = len(as_stored(net)) + 2000 if pays else 500
    with PartialArchive(tmp_path / "x.pochade") as part:
        for content in "ab":
            part.add(*listed(entry_for(content, 60_000, None)))
            part.add(*listed(entry_for(content, 60_000 - saved, name)))
        settle(part, net)
        coders_left = [entry.coder for entry in part.entries]
    assert coders_left.count(NET) == pays
    assert coders_left.count("avif-restored") == 2 * pays
    assert coders_left.count("avif") == 2 * (not pays)
    with PartialArchive(tmp_path / "x.pochade") as part:  # what a run that is killed now leaves
        part.take_up(lambda _entry: True)
        assert sorted(entry.coder for entry in part.entries) == sorted(coders_left)


def listed(one: tuple[Entry, bytes]) -> tuple[Entry, list[bytes]]:
    """An entry and its content as `Part.add` takes them."""
    return one[0], [one[1]]


# An archive with a net ------------------------------------------------------------------------------------------------


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of three paintings at `medium` that carries the shipped net whatever it saves."""
    folder = tmp_path / "art"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(as_png(painting(160 + 16 * number, 200)))
    monkeypatch.setattr(model_choice, "LEAST", 0)
    monkeypatch.setattr(model_choice, "cost", lambda entry: 0 if entry.coder == NET else entry.bytes)
    compress(folder, tmp_path / "art.pochade", "medium")
    return tmp_path / "art.pochade"


def test_restored_pieces_come_back_as_pngs_at_their_score(carried: Path, tmp_path: Path) -> None:
    with open_archive(carried) as archive:
        assert archive.verify() == []
        assert [entry.coder for entry in archive.manifest.entries].count(NET) == 1
        restored = [piece for piece in archive if piece.coder in file_codecs.BY_A_NET]
        assert restored
        for piece in restored:
            again = np.asarray(Image.open(io.BytesIO(archive.read(piece))))
            original = np.asarray(Image.open(tmp_path / "art" / piece.path))
            assert piece.score is not None
            assert piece.score >= 70
            assert ssimulacra2(original, again) == pytest.approx(piece.score, abs=0.2)
        extract(archive, tmp_path / "out")
        assert extract(archive, tmp_path / "out").files == 0  # all are there, the same
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {f"{piece.path}.restored.png" for piece in restored} <= names


@pytest.mark.parametrize("fidelity", ["medium", "lossless"])
def test_a_file_that_is_the_net_is_a_piece_like_others(carried: Path, tmp_path: Path, fidelity: str) -> None:
    (tmp_path / "art" / "a.net").write_bytes(shipped().content)
    compress(tmp_path / "art", carried, fidelity)
    with open_archive(carried) as archive:
        assert archive.verify() == []
        assert {piece.path: archive.read(piece) for piece in archive}["a.net"] == shipped().content


def test_adding_goes_on_with_the_net_that_is_there(carried: Path, tmp_path: Path) -> None:
    (tmp_path / "art" / "new.png").write_bytes(as_png(painting(190, 230)))
    with open_archive(carried) as archive:
        before = {entry.original_sha256 for entry in archive.nets()}
    compress(tmp_path / "art", carried, "medium")
    with open_archive(carried) as archive:
        assert {entry.original_sha256 for entry in archive.nets()} == before
        assert archive.verify() == []
        assert len(archive) == 4


def test_a_flipped_bit_in_the_net_costs_nothing_and_is_mended_by_adding(carried: Path, tmp_path: Path) -> None:
    with open_archive(carried) as archive:
        net = archive.nets()[0]
        place = archive.stretch(net).start + net.bytes // 3
        reads = [archive.read(piece) for piece in archive]
    content = bytearray(carried.read_bytes())
    content[place] ^= 4
    carried.write_bytes(content)
    with open_archive(carried) as archive:
        damages = archive.verify()
        assert len(damages) == 1
        assert damages[0].pieces == ()
        assert [archive.read(piece) for piece in archive] == reads
    compress(tmp_path / "art", carried, "medium")
    with open_archive(carried) as archive:
        assert archive.verify() == []


def test_a_lost_net_costs_the_pieces_that_rest_on_it_and_says_so(carried: Path) -> None:
    with open_archive(carried) as archive:
        net = archive.nets()[0]
        place = archive.stretch(net).start
        resting = {piece.path for piece in archive if piece.entry.net}
    content = bytearray(carried.read_bytes())
    content[place : place + net.bytes] = bytes(net.bytes)
    carried.write_bytes(content)
    with open_archive(carried) as archive:
        assert set(archive.verify()[0].pieces) == resting
        with pytest.raises(ArchiveDamaged):
            archive.read(next(piece for piece in archive if piece.entry.net))
    compress(carried.parent / "art", carried, "medium")  # the originals are here: they are coded again
    with open_archive(carried) as archive:
        assert archive.verify() == []
        assert len(archive) == 3


def test_a_net_on_which_nothing_rests_any_more_goes(carried: Path, tmp_path: Path) -> None:
    compress(tmp_path / "art", carried, "lossless")
    with open_archive(carried) as archive:
        assert archive.nets() == []
        assert {piece.fidelity for piece in archive} == {"lossless"}


def test_what_an_interrupted_run_made_for_another_net_is_not_taken_up(carried: Path, tmp_path: Path) -> None:
    with open_archive(carried) as archive:
        strange = replace(next(piece.entry for piece in archive if piece.entry.net), net="0" * 16)
        content = archive.stretch(strange).content()
    carried.unlink()
    with PartialArchive(carried) as part:
        part.add(strange, [content])
    compress(tmp_path / "art", carried, "medium")
    with open_archive(carried) as archive:
        assert archive.verify() == []
        assert "0" * 16 not in {piece.entry.net for piece in archive}


def test_an_archive_without_the_net_that_it_names_is_never_called_sound(carried: Path, tmp_path: Path) -> None:
    with open_archive(carried) as archive:
        kept = [(entry, archive.stretch(entry).content()) for entry in archive.manifest.entries if entry.coder != NET]
        manifest = replace(archive.manifest, entries=[entry for entry, _ in kept])
    with PartialArchive(tmp_path / "netless.pochade") as part:
        for entry, content in kept:
            part.add(entry, [content])
        with pytest.raises(OutputUnwritable):
            part.finish(manifest)
    assert not (tmp_path / "netless.pochade").exists()


@pytest.mark.parametrize("shape", [(2**40, 8, 3, 8), (2**31 - 1, 2**31 - 1, 3, 8), (5000, 5000, 3, 8)])
def test_sizes_that_cannot_be_are_refused_without_taking_memory(shape: tuple[int, int, int, int]) -> None:
    file = io.BytesIO()
    Image.fromarray(painting(40, 40)).save(file, "AVIF")
    with pytest.raises(ValueError, match="only previews are enlarged"):
        restored_picture(file.getvalue(), shipped(), (50,), shape)


@pytest.mark.parametrize("killed", range(9))
def test_a_kill_while_losers_are_dropped_loses_nothing(
    tmp_path: Path, killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    contents = [bytes([number]) * (3000 + 500 * number) for number in range(5)]
    entries = [entry_of(content) for content in contents]
    with PartialArchive(tmp_path / "x.pochade") as part:
        for entry, content in zip(entries, contents, strict=True):
            part.add(replace(entry, bytes=len(content), crc32=zlib.crc32(content)), [content])
        put, count = part._put, iter(range(99))

        def dies(*of: Any) -> Any:
            if next(count) == killed // 3:
                raise Killed
            return put(*of)

        monkeypatch.setattr(part, "_put", dies)
        with suppress(Killed):
            part.drop([part.entries[killed % 3]])
    with PartialArchive(tmp_path / "x.pochade") as part:
        part.take_up(lambda _entry: True)
        left = [entry.name for entry in part.entries]
    assert left == [entry.name for number, entry in enumerate(entries) if number != killed % 3]


def test_enlarging_keeps_flat_colours() -> None:
    assert (enlarged(np.full((5, 9, 3), 77, np.uint8), 50, 91) == 77).all()
