"""The technique of a picture is named, whatever its size and file format, and noise is no drawing."""

import io
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from PIL import Image

from pochade.embedding.technique_classifier import TechniqueClassifier, technique_classifier
from pochade.embedding.theme_embedder import theme_embedder
from pochade.errors import CheckpointDamaged
from pochade.images.base.picture import Array
from pochade.images.features.technique import TECHNIQUES
from pochade.models import weights
from tests.support.made_techniques import MAKERS

SEEDS = range(8)
DRAWN = ("line art", "flat colour", "pencil")  # what is made as a painting could as well be a photograph out of focus


def probabilities(pictures: list[Array]) -> Array:
    return technique_classifier().classify(pictures, theme_embedder().embed(pictures))


def name_each(pictures: list[Image.Image]) -> list[str]:
    rows = probabilities([np.asarray(picture) for picture in pictures])
    return [TECHNIQUES[place] for place in rows.argmax(1)]


def save_as_jpeg(picture: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")


def halve(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("technique", DRAWN)
def test_the_technique_of_a_drawing_is_named(technique: str) -> None:
    assert name_each([MAKERS[technique](seed) for seed in SEEDS]) == [technique] * len(SEEDS)


@pytest.mark.parametrize("copy", [save_as_jpeg, halve])
@pytest.mark.parametrize("technique", DRAWN)
def test_a_copy_has_the_technique_of_its_original(technique: str, copy: Callable[[Image.Image], Image.Image]) -> None:
    assert name_each([copy(MAKERS[technique](seed)) for seed in SEEDS]).count(technique) >= len(SEEDS) - 1


def test_what_is_made_as_a_painting_is_no_drawing() -> None:
    assert set(name_each([MAKERS["painted"](seed) for seed in SEEDS])) <= {"painted", "photo"}


def test_probabilities_add_up_to_one() -> None:
    rows = probabilities([np.asarray(MAKERS["pencil"](seed)) for seed in range(3)])
    assert rows.shape == (3, len(TECHNIQUES))
    assert np.allclose(rows.sum(1), 1, atol=1e-5)
    assert probabilities([]).shape == (0, len(TECHNIQUES))


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    copyfile(weights.FOLDER / weights.THEME_FILE, tmp_path / weights.TECHNIQUE_FILE)
    with pytest.raises(CheckpointDamaged, match="another kind"):
        TechniqueClassifier(tmp_path)
