"""Previews: a thousand bytes a picture, whatever it was, and never in the place of what is known better."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.file_codecs import as_picture
from pochade.archive.codecs.previews import MOST, fullest, preview_of
from pochade.archive.codecs.restored_avif import FRAME
from pochade.archive.extractor import extract
from pochade.archive.savings_report import write_report
from pochade.images.codecs.av1_frames import as_avif
from pochade.images.codecs.lossy import AVIF, WEBP, LossyCodec, Original
from pochade.images.codecs.thumbnail_codec import LOOKED_AT, Miniature
from tests.archive.codecs.test_quality_search import as_png, painting
from tests.support.picture_files import colours, psd, saved


@pytest.mark.parametrize("coder", [AVIF, WEBP], ids=lambda coder: coder.name)
def test_the_highest_dial_that_fits_is_found(coder: LossyCodec) -> None:
    original = Miniature(as_png(painting(120, 160))).at(96)
    sizes = [len(coder.encode(original, dial)) for dial in range(coder.best + 1)]
    found = fullest(coder, original)
    assert found is not None
    fits = [size for size in sizes if size <= MOST]
    assert len(found.file) == fits[-1]
    assert len(fits) < len(sizes)


def test_where_the_lowest_dial_is_too_much_no_other_is_tried() -> None:
    tried = list[int]()

    def large(_: Original, dial: int) -> bytes:
        tried.append(dial)
        return bytes(MOST + 1 + dial)

    assert fullest(LossyCodec("large", large, 100, 50, 90), Miniature(as_png(painting(120, 160))).at(96)) is None
    assert tried == [0]


def test_a_painting_s_preview_has_a_thousand_bytes_and_looks_like_it() -> None:
    found = preview_of(as_png(painting(600, 900)))
    assert found is not None
    assert MOST // 2 < len(found.content) <= MOST
    assert found.coder == FRAME
    again = Miniature(as_png(painting(600, 900))).shown_again(as_avif(found.content))
    assert again.shape == (341, LOOKED_AT, 3)
    other = Miniature(as_png(painting(600, 900)[::-1])).pixels
    wanted = Miniature(as_png(painting(600, 900))).pixels
    assert np.abs(again.astype(int) - wanted).mean() < 4 < np.abs(other.astype(int) - wanted).mean()


def test_what_is_transparent_is_laid_on_white() -> None:
    values = np.dstack([painting(96, 96), np.zeros((96, 96), np.uint8)])
    found = preview_of(as_png(values))
    assert found is not None
    shown = as_avif(found.content) if found.coder == FRAME else found.content
    assert Miniature(as_png(values)).shown_again(shown).min() > 250


def test_what_fits_without_loss_loses_nothing() -> None:
    flat = as_png(np.full((64, 64, 3), (200, 30, 30), np.uint8))
    coded = as_picture(flat, "preview")
    assert coded is not None
    assert coded.returns in {"bytes", "pixels"}
    assert coded.score is None
    assert coded.cost <= MOST


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a painting, layers, a strip one pixel high, a damaged picture and a text; its previews."""
    home = tmp_path_factory.mktemp("previews")
    (home / "art").mkdir()
    (home / "art" / "cat.png").write_bytes(as_png(painting(300, 400)))
    (home / "art" / "cut short.png").write_bytes(as_png(painting(300, 400))[:9000])
    noise = np.random.default_rng(0).integers(0, 256, (1, 3000, 3), dtype=np.uint8)
    (home / "art" / "strip.png").write_bytes(as_png(noise))
    (home / "art" / "layers.psd").write_bytes(psd(np.moveaxis(np.tile(colours(), (9, 9, 1)), -1, 0)))
    (home / "art" / "notes.txt").write_text("of paper and ink " * 900, encoding="utf-8")
    compress(home / "art", home / "a.pochade", "preview")
    return home / "art", home / "a.pochade"


def test_all_kinds_of_pictures_become_small_and_all_else_stays(made: tuple[Path, Path], tmp_path: Path) -> None:
    with open_archive(made[1]) as archive:
        assert archive.verify() == []
        returns = {piece.path: piece.entry.returns for piece in archive}
        assert all(piece.bytes <= MOST for piece in archive if piece.entry.returns == "picture")
        assert {piece.fidelity for piece in archive} == {"preview"}
        (strip,) = (piece for piece in archive if piece.path == "strip.png")
        assert strip.score is not None
        assert strip.score < 100  # noise, one pixel high: not all of it fits
        extract(archive, tmp_path)
    assert returns["notes.txt"] == returns["cut short.png"] == "bytes"
    assert returns["cat.png"] == returns["layers.psd"] == returns["strip.png"] == "picture"
    assert (tmp_path / "cut short.png").read_bytes() == (made[0] / "cut short.png").read_bytes()
    for piece in ("cat.png", "layers.psd", "strip.png"):
        (file,) = tmp_path.glob(f"{piece}.*")
        with Image.open(file) as image:
            assert max(image.size) <= LOOKED_AT


def test_a_preview_never_replaces_what_is_known_better(made: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(made[1].read_bytes())
    assert compress(made[0], target, "preview").coded == 0
    assert compress(made[0], target, "medium").coded == 3
    better = target.read_bytes()
    assert compress(made[0], target, "preview").coded == 0
    assert target.read_bytes() == better


def test_the_report_shows_previews_as_they_are_looked_at(made: tuple[Path, Path], tmp_path: Path) -> None:
    report = compress(made[0], made[1], "preview")
    write_report(tmp_path / "said.html", report, made[0])
    page = (tmp_path / "said.html").read_text(encoding="utf-8")
    assert page.count("data:image/webp") >= 2 * 2  # of the painting and the layers, before and after


def test_a_jpeg_becomes_a_preview_too() -> None:
    coded = as_picture(saved(Image.fromarray(painting(300, 400)), "JPEG", quality=95), "preview")
    assert coded is not None
    assert coded.score is not None
    assert (coded.returns, coded.format) == ("picture", "JPEG")
    assert len(coded.content) <= MOST
