"""The artifact remover works tile by tile as on the whole picture, and brings pictures closer to their originals."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pochade.images.quality.ssimulacra2 import ssimulacra2
from pochade.models.artifact_remover import ArtifactRemover, shipped_artifact_remover
from pochade.models.packed_weights import pack_model
from tests.support.denoisers import SMALL_CONFIG, random_denoiser
from tests.support.paintings import painting


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 130), (640, 90), (600, 530)])
def test_tiles_give_the_same_as_the_whole_picture(height: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_denoiser()
    remover = ArtifactRemover(pack_model(model))
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    whole = remover.apply(pixels, (50,))
    assert whole.shape == pixels.shape
    assert (whole != pixels).any()
    monkeypatch.setattr("pochade.models.artifact_remover.TILE_PIXELS", 256)
    assert np.abs(remover.apply(pixels, (50,)).astype(int) - whole).max() <= 1


def test_a_grey_picture_stays_grey_where_the_config_says_so() -> None:
    model = random_denoiser()
    plain_remover = ArtifactRemover(pack_model(model))
    model.config = replace(SMALL_CONFIG, keeps_grey=True)
    grey_remover = ArtifactRemover(pack_model(model))
    grey = np.repeat(np.random.default_rng(0).integers(0, 256, (40, 600, 1), np.uint8), 3, 2)
    assert np.ptp(plain_remover.apply(grey, (50,)), 2).any()
    assert not np.ptp(grey_remover.apply(grey, (50,)), 2).any()
    assert (grey_remover.apply(grey, (50,)) != grey).any()
    grey[0, -1, 0] ^= 1  # one pixel of colour, far from the first tile, makes it a colour picture
    assert (grey_remover.apply(grey, (50,)) == plain_remover.apply(grey, (50,))).all()


def test_the_shipped_model_brings_a_painting_closer_to_its_original() -> None:
    pixels = painting(256, 256)
    for quality in (20, 50, 80):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "AVIF", quality=quality, subsampling="4:4:4")
        decoded = np.asarray(Image.open(file).convert("RGB"))
        restored = shipped_artifact_remover().apply(decoded, (quality,))
        errors = [np.square(image.astype(float) - pixels).mean() for image in (restored, decoded)]
        assert errors[0] < errors[1]
        assert ssimulacra2(pixels, restored) > ssimulacra2(pixels, decoded) - 0.5
