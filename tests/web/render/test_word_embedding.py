"""Words are embedded in a worker, so that the server loads no torch; the latest ones are remembered."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pochade.embedding.installed_eyes import load_eye
from pochade.errors import PochadeError
from pochade.index.eye_record import EyeRecord
from pochade.web.render import word_embedding
from pochade.web.render.render_pool import RenderPool
from pochade.web.render.word_embedding import EmbedWordsTask, WordEmbedder
from tests.support.small_eyes import COLUMNS, installed, save_siglip


@pytest.fixture
def eye(tmp_path: Path) -> EyeRecord:
    """An installed eye."""
    return EyeRecord(installed(save_siglip(tmp_path / "siglip")).key, "tiny", COLUMNS, True)


@pytest.fixture
def embedder() -> Iterator[WordEmbedder]:
    """Words are embedded by one worker."""
    pool = RenderPool(1, preload=())
    yield WordEmbedder(pool)
    pool.close()


def test_a_worker_embeds_words_as_this_process_would(embedder: WordEmbedder, eye: EyeRecord) -> None:
    assert np.allclose(
        embedder.embed(eye, "an owl"), load_eye(eye.key, eye.name).embed_words("an owl"), rtol=0, atol=1e-6
    )


def test_an_eye_that_is_not_installed_is_an_error(embedder: WordEmbedder) -> None:
    with pytest.raises(PochadeError, match="the eye 'tiny' is not installed on this machine"):
        embedder.embed(EyeRecord("f" * 16, "tiny", COLUMNS, True), "owl")


def test_a_worker_that_dies_is_an_error_about_the_eye(eye: EyeRecord) -> None:
    error = EmbedWordsTask(eye, "owl").failure("'tiny' needs more memory than it may take", retry=False)
    assert error.sentence == "the eye could not be asked: 'tiny' needs more memory than it may take"


def test_the_latest_words_are_remembered(eye: EyeRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, asked = RenderPool(1), list[str]()

    def submit(task: EmbedWordsTask) -> object:
        asked.append(task.words)
        return np.zeros(COLUMNS)

    monkeypatch.setattr(pool, "submit", submit)
    monkeypatch.setattr(word_embedding, "MAX_REMEMBERED", 2)
    embedder = WordEmbedder(pool)
    for words in ("a", "b", "b", "a", "c", "a"):
        embedder.embed(eye, words)
    assert asked == ["a", "b", "c", "a"]
    pool.close()


def test_the_server_loads_no_torch_for_it() -> None:
    code = "import sys, pochade.web.app; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
