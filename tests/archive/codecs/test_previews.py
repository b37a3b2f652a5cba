"""Any picture gets a preview of at most a thousand bytes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.codecs.codec_names import FRAME_CODEC
from pochade.archive.codecs.previews import MAX_PREVIEW_BYTES, best_preview, largest_fitting
from pochade.archive.extractor import extract
from pochade.images.codecs.av1_frames import wrap_in_avif
from pochade.images.codecs.lossy import AVIF, WEBP, LossyCodec, Original
from pochade.images.codecs.preview_reference import PREVIEW_SIDE, PreviewReference
from tests.support.paintings import painting, save_png

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("codec", [AVIF, WEBP], ids=lambda codec: codec.name)
def test_the_highest_quality_that_fits_is_found(codec: LossyCodec) -> None:
    original = PreviewReference(save_png(painting(120, 160))).resize(96)
    sizes = [len(codec.encode(original, quality)) for quality in range(codec.best_quality + 1)]
    preview = largest_fitting(codec, original)
    assert preview is not None
    fits = [size for size in sizes if size <= MAX_PREVIEW_BYTES]
    assert len(preview.content) == fits[-1]
    assert len(fits) < len(sizes)


def test_no_quality_is_tried_after_the_lowest_does_not_fit() -> None:
    tried_qualities = list[int]()

    def large(_: Original, quality: int) -> bytes:
        tried_qualities.append(quality)
        return bytes(MAX_PREVIEW_BYTES + 1 + quality)

    assert (
        largest_fitting(
            LossyCodec("large", large, 100, 50, 90), PreviewReference(save_png(painting(120, 160))).resize(96)
        )
        is None
    )
    assert tried_qualities == [0]


def test_a_preview_of_a_painting_has_a_thousand_bytes_and_looks_like_it() -> None:
    preview = best_preview(save_png(painting(600, 900)))
    assert preview is not None
    assert MAX_PREVIEW_BYTES // 2 < len(preview.content) <= MAX_PREVIEW_BYTES
    assert preview.codec == FRAME_CODEC
    decoded = PreviewReference(save_png(painting(600, 900))).decode(wrap_in_avif(preview.content))
    assert decoded.shape == (341, PREVIEW_SIDE, 3)
    other = PreviewReference(save_png(painting(600, 900)[::-1])).pixels
    expected = PreviewReference(save_png(painting(600, 900))).pixels
    assert np.abs(decoded.astype(int) - expected).mean() < 4 < np.abs(other.astype(int) - expected).mean()


def test_transparent_pixels_become_white() -> None:
    values = np.dstack([painting(96, 96), np.zeros((96, 96), np.uint8)])
    preview = best_preview(save_png(values))
    assert preview is not None
    avif = wrap_in_avif(preview.content) if preview.codec == FRAME_CODEC else preview.content
    assert PreviewReference(save_png(values)).decode(avif).min() > 250


def test_all_kinds_of_pictures_become_previews_and_other_files_stay(
    preview_folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    with open_archive(preview_folder_and_archive[1]) as archive:
        assert archive.verify() == []
        returns = {archived.path: archived.entry.returns for archived in archive}
        assert all(archived.bytes <= MAX_PREVIEW_BYTES for archived in archive if archived.entry.returns == "picture")
        assert {archived.fidelity for archived in archive} == {"preview"}
        (strip,) = (archived for archived in archive if archived.path == "strip.png")
        assert strip.score is not None
        assert strip.score < 100  # noise, one pixel high: not all of it fits
        extract(archive, tmp_path)
    assert returns["notes.txt"] == returns["cut short.png"] == "bytes"
    assert returns["cat.png"] == returns["layers.psd"] == returns["strip.png"] == "picture"
    assert (tmp_path / "cut short.png").read_bytes() == (preview_folder_and_archive[0] / "cut short.png").read_bytes()
    for archived in ("cat.png", "layers.psd", "strip.png"):
        (file,) = tmp_path.glob(f"{archived}.*")
        with Image.open(file) as image:
            assert max(image.size) <= PREVIEW_SIDE
