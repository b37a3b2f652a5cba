"""Pictures that may lose something lose as much as was allowed, and nothing else; nobody loses more by asking again."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.file_codecs import as_picture
from pochade.archive.codecs.quality_search import WANTED, Tried, searched
from pochade.archive.container.manifest import ArchivedFile, Entry, Manifest
from pochade.archive.container.partial_archive import line_of
from pochade.archive.extractor import extract, names_outside
from pochade.errors import ArchiveDamaged, OutputUnwritable, UsageError
from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.codecs.lossy import CODERS, WEBP, LossyCodec, Original, QualityJudge, original_in, without_holes
from pochade.images.io.read import picture_in
from pochade.images.metadata.exif import PREFIX, with_resolution
from pochade.images.metadata.icc import is_srgb
from pochade.images.quality.ssimulacra2 import ssimulacra2
from tests.archive.test_archive_errors import damage
from tests.archive.test_extractor import Room
from tests.cli.test_study import run
from tests.support.picture_files import Array, deep_png, png_chunk, rgb, rgba, saved

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def painting(height: int = 56, width: int = 72) -> Array:
    """Grain on a soft light: much to lose that nobody misses."""
    y, x = np.mgrid[:height, :width] / 12
    light = np.stack([x * 20 + y * 9, 90 + 40 * np.sin(x), 120 + 30 * np.cos(y)], axis=-1)
    return np.clip(light + np.random.default_rng(3).normal(0, 2, light.shape), 0, 255).astype(np.uint8)


def as_png(values: Array, **options: object) -> bytes:
    """Values as a PNG."""
    return saved(Image.fromarray(values), "PNG", **options)


def seen(content: bytes) -> Picture:
    """What a reader finds in a file."""
    return picture_in(Source(io.BytesIO(content), "it", len(content), 2**30))


def taken(content: bytes) -> Original:
    """A picture that may be coded."""
    original = original_in(content)
    assert original is not None
    return original


# A picture ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fidelity", ["high", "medium"])
def test_a_painting_becomes_smaller_and_what_is_decoded_has_the_score(fidelity: str) -> None:
    content = as_png(painting())
    coded, lossless_one = as_picture(content, fidelity), as_picture(content)
    assert coded is not None
    assert lossless_one is not None
    assert coded.returns == "picture"
    assert coded.cost < lossless_one.cost
    assert coded.score is not None
    assert coded.score >= WANTED[fidelity]
    assert ssimulacra2(painting(), seen(coded.content).on_paper()) == pytest.approx(coded.score, abs=0.01)


def test_line_art_is_smallest_when_it_loses_nothing() -> None:
    lines = np.full((64, 64, 3), 255, np.uint8)
    lines[8:56, ::8] = (20, 30, 90)
    coded = as_picture(as_png(lines), "medium")
    assert coded is not None
    assert coded.returns != "picture"
    assert coded.score is None


def test_a_jpeg_is_never_coded_larger_than_what_gives_it_back() -> None:
    content = saved(Image.fromarray(painting(112, 144)), "JPEG", quality=90)
    coded, exact = as_picture(content, "high"), as_picture(content)
    assert coded is not None
    assert exact is not None
    assert coded.cost <= exact.cost


@pytest.mark.parametrize("coder", CODERS, ids=lambda coder: coder.name)
def test_alpha_stays_as_it_is_whoever_codes(coder: LossyCodec) -> None:
    alpha = (np.arange(56 * 72).reshape(56, 72) * 31 % 256).astype(np.uint8)
    alpha[:20], alpha[40:] = 0, 255
    original = taken(as_png(np.dstack([painting(), alpha])))
    content = coder.encode(original, coder.best)
    np.testing.assert_array_equal(seen(content).alpha, alpha)
    assert QualityJudge(original).score(content) > 40


@pytest.mark.parametrize("coder", CODERS, ids=lambda coder: coder.name)
def test_grey_is_seen_as_grey_again(coder: LossyCodec) -> None:
    original = taken(as_png(painting()[..., 0]))
    picture = seen(coder.encode(original, coder.best))
    assert np.ptp(picture.on_paper().astype(int), axis=-1).max() <= 2
    assert QualityJudge(original).score(coder.encode(original, coder.best)) > 80


@pytest.mark.parametrize("coder", CODERS, ids=lambda coder: coder.name)
def test_profile_exif_xmp_and_dots_per_inch_are_in_the_file(coder: LossyCodec) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = taken(saved(Image.fromarray(painting()), "JPEG", quality=95, icc_profile=icc, dpi=(300, 300), xmp=XMP))
    content = coder.encode(original, coder.guess(70))
    found = Image.Exif()
    found.load(seen(content).exif or b"")
    assert (found[0x011A], found[0x011B], found[0x0128]) == (300, 300, 2)
    assert XMP in content
    found_icc = seen(content).icc
    assert found_icc is not None
    assert is_srgb(found_icc, "RGB") if coder.name == "jpeg-xl-lossy" else found_icc == icc


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_exif_without_dots_per_inch_gets_them_and_loses_nothing(order: str) -> None:
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F], exif[0x0131] = "A maker", "A program"
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    before = exif.tobytes()
    original = taken(as_png(painting(), exif=before, dpi=(300, 254)))
    after = original.picture.exif
    assert after is not None
    assert before.removeprefix(PREFIX)[8:] in after  # where it was: makers' notes point to places in it
    found = Image.Exif()
    found.load(after)
    assert found.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
    assert (found[0x010F], found[0x0131], found[0x0128]) == ("A maker", "A program", 2)
    assert (float(found[0x011A]), float(found[0x011B])) == pytest.approx((300, 254), abs=0.02)
    assert with_resolution(after, (72, 72)) == after


@given(st.binary(max_size=40))
def test_an_exif_that_is_none_stays_as_it_is_or_grows(noise: bytes) -> None:
    grown = with_resolution(noise, (72, 72))
    assert grown == noise or (grown or b"").startswith(PREFIX)
    assert with_resolution(noise, None) == noise


def test_an_xmp_behind_the_pixels_is_found() -> None:
    chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp" + 5 * b"\x00" + XMP)
    whole = as_png(painting())
    end = whole.index(b"IEND") - 4
    assert taken(whole[:end] + chunk + whole[end:]).xmp == XMP


def test_a_webp_with_alpha_has_all_that_one_without_has() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    values = np.dstack([painting(), painting()[..., 0]])
    original = taken(as_png(values, icc_profile=icc, dpi=(300, 300)))
    opaque = replace(original.picture, alpha=None)
    coded = [WEBP.encode(original, dial) for dial in (60, 90)]
    for content in coded:
        assert seen(content).icc == icc
        assert seen(content).exif == seen(WEBP.encode(replace(original, picture=opaque), 60)).exif is not None
        np.testing.assert_array_equal(seen(content).alpha, values[..., 3])
    scores = [QualityJudge(original).score(content) for content in coded]
    assert 40 < scores[0] < scores[1]


def test_a_jpeg_xl_is_not_made_where_it_would_lose_the_profile() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")  # red is green
    original = taken(as_png(painting(), icc_profile=swapped))
    with pytest.raises(ValueError, match="lose their profile"):
        CODERS[1].encode(original, 100)


def test_what_a_coder_would_spoil_stays_as_it_is() -> None:
    frames = [Image.fromarray(painting()), rgb().resize((72, 56))]
    head = as_png(painting())
    layered = head[:33] + png_chunk(b"mkTS", b"the layers of another program") + head[33:]
    spoilt = {
        "16 bits": deep_png(painting().astype(np.uint16) * 257),
        "animated": saved(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "CMYK": saved(frames[0].convert("CMYK"), "JPEG"),
        "layered": layered,
        "small": as_png(painting(7, 72)),
        "GIF": saved(frames[0].quantize(16), "GIF"),
    }
    assert {name: original_in(content) for name, content in spoilt.items()} == dict.fromkeys(spoilt)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 3), st.integers(0, 2**32))
def test_colours_that_nobody_sees_are_taken_from_those_around(h: int, w: int, channels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels, visible = random.integers(90, 110, (h, w, channels)).astype(np.uint8), random.random((h, w)) < 0.3
    pixels[~visible] = 255
    filled = without_holes(pixels, visible)
    np.testing.assert_array_equal(filled[visible], pixels[visible])
    assert not visible.any() or filled.max() < 110


def test_opaque_alpha_is_none() -> None:
    assert taken(saved(rgba().convert("RGB").convert("RGBA"), "PNG")).picture.alpha is None


# The search -----------------------------------------------------------------------------------------------------------


SMALL = taken(as_png(painting(8, 8)))


class Told(QualityJudge):
    """A judge that says what it was told of each dial."""

    def __init__(self, scores: list[float]) -> None:
        self.scores, self.asked = scores, 0

    def score(self, content: bytes, dial: int = 0) -> float:  # noqa: ARG002
        """Of the dial that made so many bytes."""
        self.asked += 1
        return self.scores[len(content) // 10 - 1]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 3), min_size=101, max_size=101), st.integers(-20, 60), st.integers(200, 1100))
def test_the_lowest_dial_that_reaches_the_score_is_found(steps: list[float], first: int, most: int) -> None:
    scores = [min(100.0, float(score)) for score in first + np.cumsum(steps)]
    judge = Told(scores)
    coder = LossyCodec("told", lambda _, dial: bytes(10 * (dial + 1)), 100, at_70=40, at_90=80)
    found = searched(coder, SMALL, judge, 90, most)
    lowest = next((dial for dial, score in enumerate(scores) if score >= 90), None)
    assert judge.asked <= 10
    if lowest is None or 10 * (lowest + 1) >= most:
        assert found is None
    elif judge.asked < 10:
        assert found == Tried(bytes(10 * (lowest + 1)), "told", scores[lowest], "PNG")
    elif found is not None:
        assert found.score >= 90


# The archive ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a painting and a text, and its archive of medium fidelity."""
    home = tmp_path_factory.mktemp("fidelity")
    (home / "art").mkdir()
    (home / "art" / "cat.png").write_bytes(as_png(painting()))
    (home / "art" / "notes.txt").write_text("of paper and ink " * 9, encoding="utf-8")
    compress(home / "art", home / "a.pochade", "medium")
    return home / "art", home / "a.pochade"


def test_a_picture_comes_back_as_the_file_that_it_is_in_the_archive(made: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(made[1]) as archive:
        assert archive.verify() == []
        cat, notes = archive
        assert (cat.fidelity, notes.fidelity, notes.score) == ("medium", "medium", None)
        assert cat.score is not None
        assert cat.score >= 70
        content = archive.read(cat)
        assert len(content) == cat.bytes < cat.original_bytes
        extract(archive, tmp_path)
    name = f"cat.png{Path(cat.entry.name).suffix}"
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, "notes.txt"]
    assert (tmp_path / name).read_bytes() == content
    assert ssimulacra2(painting(), seen(content).on_paper()) >= 70


def test_list_says_what_comes_back(
    made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", str(made[1]), "--json"], monkeypatch) == 0
    cat, notes = json.loads(capsys.readouterr().out)
    assert cat["comes_back_as"] == f"cat.png{Path(cat['entry']).suffix}"
    assert cat["score"] >= 70
    assert (notes["comes_back_as"], notes["score"], notes["fidelity"]) == ("notes.txt", None, "medium")
    assert run(["list", str(made[1])], monkeypatch) == 0
    assert f"comes back as {cat['comes_back_as']}, score {cat['score']:.1f}" in capsys.readouterr().out


def test_damage_to_a_picture_is_found(made: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(made[1]) as archive:
        stretch = archive.stretch(next(iter(archive)).entry)
    content = bytearray(made[1].read_bytes())
    content[stretch.start + stretch.length // 2] ^= 4
    (tmp_path / "bad.pochade").write_bytes(content)
    with open_archive(tmp_path / "bad.pochade") as archive:
        assert [damage.pieces for damage in archive.verify()] == [("cat.png",)]
        with pytest.raises(ArchiveDamaged, match="checksum"):
            archive.read(next(iter(archive)))


def test_a_higher_fidelity_replaces_a_lower_one_and_never_the_other_way(
    made: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, target = made[0], tmp_path / "a.pochade"
    target.write_bytes(made[1].read_bytes())
    assert compress(folder, target, "medium").coded == 0
    assert target.read_bytes() == made[1].read_bytes()
    assert compress(folder, target).coded == 1  # of the text nothing was lost before
    whole = target.read_bytes()
    for fidelity in ("medium", "high", "lossless"):
        assert compress(folder, target, fidelity).coded == 0
    assert target.read_bytes() == whole
    with open_archive(target) as archive:
        np.testing.assert_array_equal(seen(archive.read(next(iter(archive)))).pixels, painting())


def test_what_is_no_longer_here_stays_as_low_as_it_is(made: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(made[1].read_bytes())
    (tmp_path / "new.txt").write_text("another text", encoding="utf-8")
    report = compress([tmp_path / "new.txt"], target)
    assert (report.pieces, report.coded, report.fidelity) == (3, 1, "lossless")
    with open_archive(target) as archive:
        assert [piece.fidelity for piece in archive] == ["medium", "lossless", "medium"]


def test_what_can_not_be_coded_again_stays_as_low_as_it_is(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(made[1].read_bytes())
    (made[0] / "new.txt").write_text("another text", encoding="utf-8")
    monkeypatch.setattr("pochade.archive.archive_writer.added", lambda *_: "can't be read: the disk has gone")
    report = compress(made[0], target)
    (made[0] / "new.txt").unlink()
    assert {Path(path).name for path in report.left_out} == {"cat.png", "new.txt"}
    with open_archive(target) as archive:
        assert archive.verify() == []
        assert [(piece.path, piece.fidelity) for piece in archive] == [("cat.png", "medium"), ("notes.txt", "medium")]


def test_an_interrupted_run_of_another_fidelity_is_not_taken_up(made: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(made[1]) as archive:
        lines = [line_of(entry) for entry in archive.manifest.entries]
    (tmp_path / ".a.pochade.part").write_bytes(made[1].read_bytes())
    (tmp_path / ".a.pochade.part.jsonl").write_bytes(b"".join(lines))
    assert compress(made[0], tmp_path / "a.pochade", "medium").coded == 0
    (tmp_path / ".b.pochade.part").write_bytes(made[1].read_bytes())
    (tmp_path / ".b.pochade.part.jsonl").write_bytes(b"".join(lines))
    assert compress(made[0], tmp_path / "b.pochade", "high").coded == 2


def test_two_pieces_never_come_back_under_one_name() -> None:
    entry = Entry("pieces/a", 1, 0, "avif", "picture", original_bytes=1, original_sha256="", fidelity="high")
    exact = replace(entry, name="pieces/b", coder="stored", returns="bytes")
    paths = ["a.png", "a.png.avif", "b.png", "b.png.avif/c"]
    entries = [entry, exact, entry, exact]
    pieces = [ArchivedFile(path, 0, one) for path, one in zip(paths, entries, strict=True)]
    assert names_outside(Manifest([entry, exact], pieces, [])) == {
        "a.png": "a.png.avif.avif",
        "a.png.avif": "a.png.avif",
        "b.png": "b.png.avif.avif",
        "b.png.avif/c": "b.png.avif/c",
    }


@pytest.mark.parametrize("length", [246, 251])
def test_long_names_make_room_for_the_ending(length: int, tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    for number, last in enumerate("xy"):
        (tmp_path / "art" / f"{'x' * length}{last}.png"[-255:]).write_bytes(as_png(painting()[number:]))
    compress(tmp_path / "art", tmp_path / "a.pochade", "medium")
    with open_archive(tmp_path / "a.pochade") as archive:
        assert extract(archive, tmp_path / "out").files == 2
    assert all(path.suffix in {".avif", ".webp", ".jxl"} for path in (tmp_path / "out").iterdir())


def test_extracting_wants_room_for_what_comes_back(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_archive(made[1]) as archive:
        cat, notes = archive
        room = Room(cat.bytes + notes.original_bytes - 1)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
        with pytest.raises(OutputUnwritable, match="has room for"):
            extract(archive, tmp_path / "out")
        room.free += 1
        assert extract(archive, tmp_path / "out").files == 2


def test_a_damaged_piece_is_not_mended_at_a_lower_fidelity(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "cat.png").write_bytes(as_png(painting()))
    compress(tmp_path / "art", tmp_path / "a.pochade")
    damage(tmp_path / "a.pochade", "cat.png")
    assert compress(tmp_path / "art", tmp_path / "a.pochade", "medium").coded == 1
    with open_archive(tmp_path / "a.pochade") as archive:
        (cat,) = archive
        assert archive.verify() == []
        assert (cat.fidelity, cat.score) == ("lossless", None)


def test_a_fidelity_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no fidelity 'low'"):
        compress(tmp_path, tmp_path / "x.pochade", "low")
