"""New pictures, variations and morphs name their origin, and the same seed gives the same picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade import Collection
from pochade.create.novelty import Created
from pochade.errors import NotKnown, UsageError
from pochade.images.base.picture import Array
from tests.support.drawings import drawing
from tests.support.generator import LinearGenerator

pytestmark = pytest.mark.slow


def pixels_of(created: Sequence[Created]) -> Array:
    """The pictures (n, S, S, 3)."""
    return np.stack([picture.picture for picture in created])


# Imagine -------------------------------------------------------------------------------------------------------------


def test_each_new_picture_names_its_origin(drawings: Collection, generator: LinearGenerator) -> None:
    created = drawings.imagine(3, seed=7, painter=generator)
    assert [picture.seed for picture in created] == [7, 8, 9]
    for picture in created:
        assert picture.picture.shape == (48, 48, 3)
        assert picture.model == picture.net == generator.name
        assert picture.code is picture.latent
        assert 0 <= picture.percentile <= 1
        assert picture.nearest.is_relative_to(drawings.folder)
        assert 0 <= picture.distance < 2


def test_a_seed_gives_the_same_picture_also_alone(drawings: Collection, generator: LinearGenerator) -> None:
    several, alone = drawings.imagine(3, seed=7, painter=generator), drawings.imagine(1, seed=9, painter=generator)
    np.testing.assert_array_equal(several[2].picture, alone[0].picture)
    assert not np.array_equal(several[0].picture, several[1].picture)


def test_pictures_like_an_example_are_nearer_to_it(drawings: Collection, generator: LinearGenerator) -> None:
    example = drawings.folder / "drawing 4.png"
    latent = drawings.vary(example, 1, 0, painter=generator)[0].latent

    def mean_distance(created: Sequence[Created]) -> float:
        return float(np.mean([np.linalg.norm(picture.latent - latent) for picture in created]))

    like = drawings.imagine(8, like=[example], painter=generator)
    assert mean_distance(like) < mean_distance(drawings.imagine(8, painter=generator))


def test_the_shipped_generator_gives_the_same_picture_for_a_seed(drawings: Collection) -> None:
    first, second = drawings.imagine(2, seed=5)
    repeated = drawings.imagine(1, seed=6)[0]
    assert first.picture.shape == (128, 128, 3)
    np.testing.assert_array_equal(second.picture, repeated.picture)
    assert (first.picture != second.picture).any()


# Vary and morph ------------------------------------------------------------------------------------------------------


def test_variations_differ_more_with_more_strength(drawings: Collection, generator: LinearGenerator) -> None:
    image = drawing(5)
    original = generator.encode(pixels_of(drawings.vary(image, 1, 0, painter=generator)))[0]
    distances = [
        np.mean([np.linalg.norm(picture.latent - original) for picture in created])
        for created in (drawings.vary(image, 6, strength, painter=generator) for strength in (0.1, 0.8))
    ]
    assert distances[0] < distances[1]


def test_a_morph_begins_and_ends_with_reconstructions(drawings: Collection, generator: LinearGenerator) -> None:
    images = [drawings.folder / "drawing 2.png", drawing(4)]
    frames = drawings.morph(images, 9, painter=generator)
    assert len(frames) == 9
    for end, image in zip((frames[0], frames[-1]), images, strict=True):
        (reconstruction,) = drawings.vary(image, 1, 0, painter=generator)
        np.testing.assert_allclose(end.picture.astype(int), reconstruction.picture.astype(int), atol=1)


def test_a_loop_does_not_show_the_first_picture_twice(drawings: Collection, generator: LinearGenerator) -> None:
    frames = drawings.morph([drawing(2), drawing(4), drawing(6)], 12, loop=True, painter=generator)
    assert len(frames) == 12
    closed = [*(frame.latent for frame in frames), frames[0].latent]
    assert np.linalg.norm(np.diff(closed, axis=0), axis=1).min() > 0


def test_a_part_of_a_morph_equals_these_frames_of_the_whole(drawings: Collection, generator: LinearGenerator) -> None:
    images = [drawing(2), drawing(4)]
    whole = pixels_of(drawings.morph(images, 9, painter=generator))
    part = pixels_of(drawings.morph(images, 9, part=slice(3, 5), painter=generator))
    np.testing.assert_array_equal(part, whole[3:5])
    with pytest.raises(UsageError, match="has none in that part"):
        drawings.morph(images, 9, part=slice(9, 12), painter=generator)


def test_a_grid_has_the_four_pictures_in_its_corners(drawings: Collection, generator: LinearGenerator) -> None:
    images = [drawing(seed) for seed in (1, 2, 3, 4)]
    pictures = pixels_of(drawings.morph_grid(images, 4, painter=generator))
    assert len(pictures) == 16
    for corner, image in zip((0, 3, 12, 15), images, strict=True):
        (reconstruction,) = drawings.vary(image, 1, 0, painter=generator)
        np.testing.assert_allclose(pictures[corner].astype(int), reconstruction.picture.astype(int), atol=1)


def test_a_morph_of_one_picture_is_refused(drawings: Collection, generator: LinearGenerator) -> None:
    with pytest.raises(UsageError, match="from one picture to another"):
        drawings.morph([Image.new("RGB", (9, 9))], painter=generator)


# At a place on the map -----------------------------------------------------------------------------------------------


def test_a_picture_is_generated_at_a_place_on_the_map(drawings: Collection, generator: LinearGenerator) -> None:
    with pytest.raises(NotKnown, match="there is no map yet"):
        drawings.draw_at(0, 0, painter=generator)
    spot = next(spot for spot in drawings.map() if spot.path.name == "drawing 8.png")
    created, mixed = drawings.draw_at(spot.x, spot.y, 5, painter=generator)
    (reconstruction,) = drawings.vary(spot.path, 1, 0, painter=generator)
    assert mixed[0].path == spot.path
    assert created.seed == 5
    assert np.abs(created.picture.astype(int) - reconstruction.picture).mean() < 2


# Preparing -----------------------------------------------------------------------------------------------------------


def test_preparing_twice_does_nothing_the_second_time(
    drawings: Collection, generator: LinearGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.create.generation_context.generator_in_use", lambda _: generator)
    stages = list[str]()
    drawings.prepare_to_draw(lambda progress: stages.append(progress.stage))
    assert stages[0] == "reading pictures"
    assert stages[-1] == "fitting"
    stages.clear()
    drawings.prepare_to_draw(lambda progress: stages.append(progress.stage))
    assert stages == []


def test_a_picture_without_file_and_thumbnail_is_not_used(folder: Path, generator: LinearGenerator) -> None:
    with Collection.open(folder) as collection:
        for thumbnail in collection.thumbnails.rglob("*.jpg"):
            thumbnail.unlink()
        (folder / "drawing 0.png").unlink()  # still in the index
        assert len(collection.imagine(2, painter=generator)) == 2
