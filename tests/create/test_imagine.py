"""New pictures, variations and morphs name their origin, and the same seed gives the same picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade import Collection
from pochade.create.novelty import Created
from pochade.create.picture_finishing import MAX_SHARE
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
        assert picture.picture.shape == (200, 200, 3), "the size of the drawings"
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
    latent = drawings.vary(example, 1, 0, rough=True, painter=generator)[0].latent

    def mean_distance(created: Sequence[Created]) -> float:
        return float(np.mean([np.linalg.norm(picture.latent - latent) for picture in created]))

    like = drawings.imagine(8, like=[example], rough=True, painter=generator)
    assert mean_distance(like) < mean_distance(drawings.imagine(8, rough=True, painter=generator))


def test_the_shipped_generator_gives_the_same_picture_for_a_seed(drawings: Collection) -> None:
    first, second = drawings.imagine(2, seed=5)
    repeated = drawings.imagine(1, seed=6)[0]
    assert first.picture.shape == (200, 200, 3)
    np.testing.assert_array_equal(second.picture, repeated.picture)
    assert (first.picture != second.picture).any()


def test_every_part_names_its_picture_and_none_lends_too_much(drawings: Collection, generator: LinearGenerator) -> None:
    for picture in drawings.imagine(3, seed=7, painter=generator):
        assert picture.regions is not None
        lenders = picture.regions.lenders
        assert sum(lender.share for lender in lenders) == pytest.approx(1)
        assert {lender.path.parent for lender in lenders if lender.path} <= {drawings.folder, drawings.folder / "old"}
        assert picture.regions.largest_share <= MAX_SHARE


def test_a_size_and_a_rough_plan_can_be_asked_for(drawings: Collection, generator: LinearGenerator) -> None:
    assert drawings.imagine(1, size=96, painter=generator)[0].picture.shape == (96, 96, 3)
    (plan,) = drawings.imagine(1, rough=True, painter=generator)
    np.testing.assert_array_equal(plan.picture, generator.draw(plan.latent[None], [0])[0])
    assert plan.regions is None
    with pytest.raises(UsageError, match="pictures of 63 pixels"):
        drawings.imagine(1, size=63, painter=generator)


def test_small_pictures_keep_their_size_and_the_model_draws_alone(tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    for seed in range(22):
        drawing(seed, 28).save(tmp_path / "small" / f"{seed}.png")
    with Collection.open(tmp_path / "small") as collection:
        collection.learn(minutes=0)
        generator = LinearGenerator([drawing(seed, 28) for seed in range(22)])
        (created,) = collection.imagine(1, painter=generator)
    assert created.picture.shape == (28, 28, 3)
    assert created.regions is None


# Vary and morph ------------------------------------------------------------------------------------------------------


def test_variations_differ_more_with_more_strength(drawings: Collection, generator: LinearGenerator) -> None:
    image = drawing(5)
    original = drawings.vary(image, 1, 0, rough=True, painter=generator)[0].latent
    distances = [
        np.mean([np.linalg.norm(picture.latent - original) for picture in created])
        for created in (drawings.vary(image, 6, strength, rough=True, painter=generator) for strength in (0.1, 0.8))
    ]
    assert distances[0] < distances[1]


def test_without_strength_a_variation_is_the_picture_itself(drawings: Collection, generator: LinearGenerator) -> None:
    (same,) = drawings.vary(drawings.folder / "drawing 6.png", 1, 0, painter=generator)
    assert same.almost_a_copy
    assert same.regions is not None
    assert [lender.path for lender in same.regions.lenders] == [drawings.folder / "drawing 6.png"]
    assert np.abs(same.picture.astype(int) - np.asarray(drawing(6))).mean() < 6


def test_a_morph_begins_and_ends_with_its_pictures(drawings: Collection, generator: LinearGenerator) -> None:
    images = [drawings.folder / "drawing 2.png", drawing(4)]
    frames = drawings.morph(images, 9, painter=generator)
    assert len(frames) == 9
    for end, seed in ((frames[0], 2), (frames[-1], 4)):
        difference = end.picture.astype(int) - np.asarray(drawing(seed))
        assert np.abs(difference).mean() < 2, "the first one is read from a thumbnail or its file"
        assert end.almost_a_copy
    assert frames[0].regions is not None
    assert [lender.path for lender in frames[0].regions.lenders] == [images[0]]


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
    created = drawings.morph_grid(images, 3, painter=generator)
    assert pixels_of(created).shape == (9, 128, 128, 3)
    for corner, image in zip((0, 2, 6, 8), images, strict=True):
        (reconstruction,) = drawings.vary(image, 1, 0, rough=True, painter=generator)
        np.testing.assert_allclose(created[corner].latent, reconstruction.latent, atol=1e-3)


def test_fewer_frames_than_pictures_are_refused(drawings: Collection, generator: LinearGenerator) -> None:
    with pytest.raises(UsageError, match="2 frames are too few for 3 pictures"):
        drawings.morph([drawing(2), drawing(4), drawing(6)], 2, painter=generator)


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
    np.testing.assert_allclose(created.latent, reconstruction.latent, atol=0.4)


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
