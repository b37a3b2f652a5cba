"""Theme embeddings depend on the picture alone, hardly on its size, and not on the other pictures."""

from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from PIL import Image

from pochade.embedding.theme_embedder import PICTURES_PER_BATCH, SIDE, STATISTICS, ThemeEmbedder, theme_embedder
from pochade.errors import CheckpointDamaged
from pochade.images.base.picture import Array
from pochade.models import weights
from tests.support.drawings import drawing

# Every 8th number of the embedding of a ramp, and every 106th of its statistics, by torch from weights of 32 bits
TORCH_EMBEDDING = (0.308, -0.106, -0.005, -0.076, -0.13, 0.024, -0.051, 0.005)
TORCH_STATISTICS = (-12.721, 6.814, 2.079, -1.946, 3.412, 3.939, 1.285, 2.358)


def pixels(seed: int, side: int = 200) -> Array:
    """A drawing as pixels."""
    return np.asarray(drawing(seed, side).convert("RGB"))


def test_embeddings_have_unit_length() -> None:
    embeddings, statistics = theme_embedder().embed([pixels(0), pixels(1)])
    assert embeddings.shape == (2, 64)
    assert statistics.shape == (2, STATISTICS)
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    assert theme_embedder().embed([]).embeddings.shape == (0, 64)


def test_the_shipped_file_computes_what_torch_does() -> None:
    across = np.broadcast_to(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, SIDE))
    ramp = np.stack([across, across.T, across // 2 + across.T // 2], -1)
    (embedding,), (statistics,) = theme_embedder().embed([ramp])
    assert embedding[::8] == pytest.approx(TORCH_EMBEDDING, abs=0.003)
    assert statistics[::106] == pytest.approx(TORCH_STATISTICS, abs=0.03)


def test_an_embedding_does_not_depend_on_the_other_pictures() -> None:
    pictures = [pixels(seed) for seed in range(PICTURES_PER_BATCH + 1)]
    together = theme_embedder().embed(pictures)
    for alone, row in zip(theme_embedder().embed(pictures[-1:]), together, strict=True):
        assert np.array_equal(alone, row[-1:])


def test_a_smaller_copy_has_nearly_the_same_embedding() -> None:
    picture = Image.fromarray(pixels(0, 256))
    copy = picture.resize((120, 120), Image.Resampling.LANCZOS)
    pictures = [np.asarray(picture), pixels(1), np.asarray(copy)]
    original, other, smaller = theme_embedder().embed(pictures).embeddings
    assert original @ smaller > original @ other + 0.1


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    copyfile(weights.FOLDER / weights.TECHNIQUE_FILE, tmp_path / weights.THEME_FILE)
    with pytest.raises(CheckpointDamaged, match="another kind"):
        ThemeEmbedder(tmp_path)
