"""AVIFs restored by a model: decoded at the score that was promised, and never larger than allowed."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.archive.archive_reader import open_archive
from pochade.archive.codecs.codec_names import MODEL_SUFFIXES
from pochade.archive.codecs.restored_avif import restore_picture
from pochade.archive.container.manifest_records import MODEL
from pochade.archive.extractor import extract
from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.models.artifact_remover import shipped_artifact_remover
from tests.support.paintings import painting

pytestmark = pytest.mark.slow


def test_restored_pictures_come_back_as_png_at_their_score(restored_archive: Path, tmp_path: Path) -> None:
    with open_archive(restored_archive) as archive:
        assert archive.verify() == []
        assert [entry.codec for entry in archive.manifest.entries].count(MODEL) == 1
        restored = [archived for archived in archive if archived.codec in MODEL_SUFFIXES]
        assert restored
        for archived in restored:
            extracted = np.asarray(Image.open(io.BytesIO(archive.read(archived))))
            original = np.asarray(Image.open(tmp_path / "art" / archived.path))
            assert archived.score is not None
            assert archived.score >= 70
            assert ssimulacra2(original, extracted) == pytest.approx(archived.score, abs=0.2)
        extract(archive, tmp_path / "out")
        assert extract(archive, tmp_path / "out").files == 0  # all files are there already
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {f"{archived.path}.restored.png" for archived in restored} <= names


@pytest.mark.parametrize("shape", [(2**40, 8, 3, 8), (2**31 - 1, 2**31 - 1, 3, 8), (5000, 5000, 3, 8)])
def test_impossible_sizes_are_refused_without_taking_memory(shape: tuple[int, int, int, int]) -> None:
    file = io.BytesIO()
    Image.fromarray(painting(40, 40)).save(file, "AVIF")
    with pytest.raises(ValueError, match="only previews are enlarged"):
        restore_picture(file.getvalue(), shipped_artifact_remover(), (50,), shape)
