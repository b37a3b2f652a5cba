"""An eye's embeddings are computed once, continue after an interruption, and stay with their pictures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade import Collection
from pochade.embedding.installed_eyes import load_eye
from pochade.errors import CheckpointDamaged, IndexDamaged
from pochade.index import eye_store
from pochade.index.eye_record import EYE_SETTING, EyeRecord
from pochade.index.eye_store import (
    chosen_eye,
    count_embedded,
    embed_missing,
    eye_in_use,
    eye_rows,
    load_pictures,
    write_chosen_eye,
)
from pochade.index.settings_store import write_setting
from pochade.index.vectors import HEADER_BYTES
from pochade.system.progress import Progress, ignore_progress
from tests.support.learnt_collection import draw_stripes
from tests.support.small_eyes import COLUMNS, installed, save_dinov2


@pytest.fixture
def eye(collection: Collection, siglip: Path) -> EyeRecord:
    """A tiny SigLIP, installed and chosen for the collection, which has not embedded anything yet."""
    record = EyeRecord(installed(siglip).key, "tiny", COLUMNS, True)
    write_chosen_eye(collection.index, record)
    return record


def embed(collection: Collection, eye: EyeRecord, report: Any = ignore_progress) -> None:
    """Embed what is missing."""
    embed_missing(collection.models, eye, load_eye(eye.key, eye.name), report)


def eye_file(art: Path) -> Path:
    """The file of the eye's embeddings."""
    (path,) = (art / ".pochade").glob("eyes-*.f32")
    return path


def rows_by_content(collection: Collection) -> dict[str, bytes]:
    """The stored embedding of each picture."""
    contents = collection.index.contents()
    rows = eye_rows(collection.models, len(contents))
    assert rows is not None
    return {content: row.tobytes() for content, row in zip(contents, rows, strict=True)}


def fresh_rows(collection: Collection, eye: EyeRecord) -> dict[str, bytes]:
    """The embedding of each picture, computed from its thumbnail."""
    contents = collection.index.contents()
    rows = load_eye(eye.key, eye.name).embed(load_pictures(collection.models, contents))
    return {content: row.tobytes() for content, row in zip(contents, rows, strict=True)}


def test_every_picture_is_embedded_in_a_file_of_its_own(collection: Collection, art: Path, eye: EyeRecord) -> None:
    themes = {path.name: path.read_bytes() for path in (art / ".pochade").glob("themes-*.f32")}
    assert eye_in_use(collection.models) is None
    embed(collection, eye)
    assert eye_in_use(collection.models) == eye
    assert rows_by_content(collection) == fresh_rows(collection, eye)
    assert eye_file(art).stat().st_size == HEADER_BYTES + 4 * COLUMNS * collection.index.row_count()
    assert {path.name: path.read_bytes() for path in (art / ".pochade").glob("themes-*.f32")} == themes


def test_an_interrupted_run_continues_to_the_same_result(
    collection: Collection, art: Path, eye: EyeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed(collection, eye)
    undisturbed = eye_file(art).read_bytes()
    eye_file(art).unlink()
    monkeypatch.setattr(eye_store, "PICTURES_PER_WRITE", 16)

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(collection, eye, interrupt)
    assert count_embedded(collection.models, eye) == 16
    assert eye_in_use(collection.models) is None
    assert eye_rows(collection.models, collection.index.row_count()) is None
    shown = list[Progress]()
    embed(collection, eye, shown.append)
    assert shown[0].total == collection.index.row_count() - 16
    assert eye_file(art).read_bytes() == undisturbed


def test_a_model_that_fails_leaves_what_was_embedded(collection: Collection, eye: EyeRecord) -> None:
    class FailingEye:
        """An eye that fails at the second call."""

        calls = 0

        def embed(self, pictures: list[Any]) -> Any:
            """Embed pictures, once."""
            self.calls += 1
            if self.calls == 2:
                raise CheckpointDamaged("the model failed")
            return np.zeros((len(pictures), COLUMNS), np.float32)

    with pytest.raises(CheckpointDamaged):
        embed_missing(collection.models, eye, FailingEye(), ignore_progress)
    assert count_embedded(collection.models, eye) == eye_store.PICTURES_PER_WRITE


def test_an_index_that_lies_of_the_size_of_embeddings_is_refused(collection: Collection, eye: EyeRecord) -> None:
    other = replace(eye, columns=COLUMNS // 2)
    write_chosen_eye(collection.index, other)
    with pytest.raises(IndexDamaged, match=f"embeddings of {COLUMNS // 2} numbers"):
        embed(collection, other)
    assert count_embedded(collection.models, other) == 0


def test_removed_pictures_leave_no_embedding_to_new_ones(collection: Collection, art: Path, eye: EyeRecord) -> None:
    embed(collection, eye)
    for path in sorted((art / "stripes").glob("1*.png")):
        path.unlink()
    collection.learn(minutes=0)
    collection.forget(collection.gone_pictures())
    assert rows_by_content(collection) == fresh_rows(collection, eye)
    for seed in range(300, 305):
        draw_stripes(seed).save(art / f"new {seed}.png")
    collection.learn(minutes=0)
    assert rows_by_content(collection) == fresh_rows(collection, eye)


def test_an_eye_that_is_not_chosen_now_loses_removed_pictures_too(
    collection: Collection, art: Path, eye: EyeRecord
) -> None:
    embed(collection, eye)
    write_chosen_eye(collection.index, None)
    for path in sorted((art / "stripes").glob("1*.png")):
        path.unlink()
    collection.learn(minutes=0)
    collection.forget(collection.gone_pictures())
    for seed in range(300, 305):
        draw_stripes(seed).save(art / f"new {seed}.png")
    collection.learn(minutes=0)
    write_chosen_eye(collection.index, eye)
    assert count_embedded(collection.models, eye) == collection.index.row_count() - 5
    embed(collection, eye)
    assert rows_by_content(collection) == fresh_rows(collection, eye)


def test_a_damaged_file_is_made_again(collection: Collection, art: Path, eye: EyeRecord) -> None:
    embed(collection, eye)
    before = eye_file(art).read_bytes()
    for damage in (b"damaged", before[:10_000].replace(b'"columns": 16', b'"columns": 32')):
        eye_file(art).write_bytes(damage)
        assert eye_in_use(collection.models) is None
        embed(collection, eye)
        assert eye_file(art).read_bytes() == before


def test_another_eye_replaces_the_embeddings_once_it_has_embedded_everything(
    collection: Collection, art: Path, eye: EyeRecord, tmp_path: Path
) -> None:
    embed(collection, eye)
    other = EyeRecord(installed(save_dinov2(tmp_path / "dinov2")).key, "other", COLUMNS, False)
    write_chosen_eye(collection.index, other)
    assert count_embedded(collection.models, eye) == collection.index.row_count()
    embed(collection, other)
    assert other.key in eye_file(art).name
    assert eye_in_use(collection.models) == other


def test_nonsense_in_the_place_of_an_eye_is_no_eye(collection: Collection) -> None:
    write_setting(collection.index, EYE_SETTING, '{"key": "../x", "name": "a", "columns": 3, "knows_words": true}')
    assert chosen_eye(collection.index) is None
    assert collection.info().eye is None


def test_an_unreadable_picture_counts_as_white(collection: Collection, art: Path, eye: EyeRecord) -> None:
    picture = next(picture for picture in collection.pictures() if picture.path.name == "0.png")
    picture.path.unlink()
    (art / ".pochade" / "thumbnails" / picture.hash[:2] / f"{picture.hash}.jpg").unlink()
    embed(collection, eye)
    rows = eye_rows(collection.models, collection.index.row_count())
    assert rows is not None
    white = load_eye(eye.key, eye.name).embed([np.full((9, 9, 3), 255, np.uint8)])[0]
    assert np.array_equal(rows[picture.row], white)
