"""Theme embeddings are computed once, continue after an interruption, and stay with their pictures."""

from pathlib import Path

import numpy as np
import pytest

from pochade import Collection
from pochade.embedding.theme_embedder import theme_embedder
from pochade.index import theme_store
from pochade.index.theme_store import THEME_SIZE, load_themes
from pochade.index.vectors import HEADER_BYTES
from pochade.system.progress import Progress, ignore_progress
from tests.support.learnt_collection import draw_stripes


def themes_file(art: Path) -> Path:
    """The file of the theme embeddings."""
    (path,) = (art / ".pochade").glob("themes-*.f32")
    return path


def themes_by_content(collection: Collection) -> dict[str, bytes]:
    """The stored theme embedding of each picture."""
    contents = collection.index.contents()
    themes = load_themes(collection.models, contents, ignore_progress)
    return {content: row.tobytes() for content, row in zip(contents, themes, strict=True)}


def freshly_embedded(collection: Collection) -> dict[str, bytes]:
    """The theme embedding of each picture, computed from its thumbnail."""
    contents = collection.index.contents()
    thumbnails = [collection.models.thumbnail_pixels(content) for content in contents]
    rows = theme_embedder().embed([pixels for pixels in thumbnails if pixels is not None]).embeddings
    return {content: row.tobytes() for content, row in zip(contents, rows, strict=True)}


def test_learn_stores_a_theme_embedding_for_every_picture(collection: Collection, art: Path) -> None:
    count = collection.index.row_count()
    assert themes_file(art).stat().st_size == HEADER_BYTES + 4 * THEME_SIZE * count
    assert themes_by_content(collection) == freshly_embedded(collection)


def test_an_index_of_an_earlier_version_gets_them_at_the_next_learn(collection: Collection, art: Path) -> None:
    before = themes_file(art).read_bytes()
    themes_file(art).unlink()
    collection.learn(minutes=0)
    assert themes_file(art).read_bytes() == before


def test_an_interrupted_run_continues(collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, shown = themes_file(art).read_bytes(), list[Progress]()
    themes_file(art).unlink()
    monkeypatch.setattr(theme_store, "PICTURES_PER_WRITE", 16)

    def interrupt(progress: Progress) -> None:
        if progress.stage == "finding themes":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collection.learn(minutes=0, report=interrupt)
    collection.learn(minutes=0, report=shown.append)
    count = collection.index.row_count()
    assert next(progress.total for progress in shown if progress.stage == "finding themes") == count - 16
    assert themes_file(art).read_bytes() == before


def test_a_damaged_file_is_made_again(collection: Collection, art: Path) -> None:
    before = themes_file(art).read_bytes()
    themes_file(art).write_bytes(b"damaged")
    collection.learn(minutes=0)
    assert themes_file(art).read_bytes() == before


def test_removed_pictures_leave_no_theme_to_new_ones(collection: Collection, art: Path) -> None:
    for path in sorted((art / "stripes").glob("1*.png")):
        path.unlink()
    collection.learn(minutes=0)
    collection.forget(collection.gone_pictures())
    assert themes_by_content(collection) == freshly_embedded(collection)
    for seed in range(300, 305):
        draw_stripes(seed).save(art / f"new {seed}.png")
    collection.learn(minutes=0)
    assert themes_by_content(collection) == freshly_embedded(collection)


def test_an_unreadable_picture_counts_as_white(collection: Collection, art: Path) -> None:
    picture = next(picture for picture in collection.pictures() if picture.path.name == "0.png")
    themes_file(art).unlink()
    picture.path.unlink()
    (art / ".pochade" / "thumbnails" / picture.hash[:2] / f"{picture.hash}.jpg").unlink()
    themes = load_themes(collection.models, collection.index.contents(), ignore_progress)
    white = theme_embedder().embed([np.full((9, 9, 3), 255, np.uint8)]).embeddings[0]
    assert np.array_equal(themes[picture.row], white)
