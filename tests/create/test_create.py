"""New pictures in the manner of a collection: judged, beside their closest piece, and drawn again by their seed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade import Collection
from pochade.create.creating import group_called
from pochade.create.map_interpolation import between
from pochade.create.novelty import Created, almost_copies
from pochade.errors import CheckpointDamaged, NotKnown, UsageError
from pochade.models.generator import finished
from pochade.organise.results import Group
from pochade.system.progress import Progress
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearPainter

PIECES = 24


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawings that has been learnt."""
    folder = folder_of_art(tmp_path_factory.mktemp("creating") / "art", PIECES)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    return folder


@pytest.fixture(scope="module")
def painter() -> LinearPainter:
    """A net that knows these drawings."""
    return LinearPainter([drawing(seed) for seed in range(PIECES)])


@pytest.fixture
def art(learnt: Path, tmp_path: Path) -> Path:
    """A copy of the folder, to change."""
    return Path(shutil.copytree(learnt, tmp_path / "art"))


@pytest.fixture
def collection(art: Path) -> Iterator[Collection]:
    """The collection of that copy."""
    with Collection.open(art) as opened:
        yield opened


def shown(created: list[Created]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The pictures, (n, S, S, 3)."""
    return np.stack([one.picture for one in created])


# Imagine -------------------------------------------------------------------------------------------------------------


def test_each_new_picture_says_where_it_comes_from(collection: Collection, painter: LinearPainter) -> None:
    created = collection.imagine(3, seed=7, painter=painter)
    assert [one.seed for one in created] == [7, 8, 9]
    for one in created:
        assert one.picture.shape == (48, 48, 3)
        assert one.net == painter.name
        assert 0 <= one.percentile <= 1
        assert one.nearest.is_relative_to(collection.folder)
        assert 0 <= one.distance < 2


def test_a_seed_draws_the_same_picture_again_also_by_itself(collection: Collection, painter: LinearPainter) -> None:
    several, alone = collection.imagine(3, seed=7, painter=painter), collection.imagine(1, seed=9, painter=painter)
    np.testing.assert_array_equal(several[2].picture, alone[0].picture)
    assert not np.array_equal(several[0].picture, several[1].picture)


def test_what_was_fitted_is_kept_and_made_anew_when_pieces_come(art: Path, painter: LinearPainter) -> None:
    stages = list[str]()

    def noted(progress: Progress) -> None:
        stages.append(progress.stage)

    for fitted in (True, False):
        with Collection.open(art) as collection:
            first = shown(collection.imagine(2, painter=painter, report=noted))
        assert ("fitting" in stages) is fitted
        stages.clear()
    for seed in range(90, 93):
        drawing(seed).save(art / f"late {seed}.png")
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        again = collection.imagine(2, painter=painter, report=noted)
    assert "fitting" in stages
    assert not np.array_equal(first, shown(again))


def test_pictures_like_one_look_more_like_it_than_others_do(collection: Collection, painter: LinearPainter) -> None:
    example = collection.folder / "drawing 4.png"
    code = collection.vary(example, 1, 0, painter=painter)[0].code
    like = collection.imagine(8, like=[example], painter=painter)
    free = collection.imagine(8, painter=painter)
    near, far = (np.mean([np.linalg.norm(one.code - code) for one in created]) for created in (like, free))
    assert near < far


def test_pictures_like_a_group_are_asked_for_by_its_name(collection: Collection, painter: LinearPainter) -> None:
    with pytest.raises(UsageError, match="there is no group 'portraits'"):
        collection.imagine(2, group="portraits", painter=painter)
    largest = collection.groups()[0]
    collection.rename_group(largest.number, "Shapes")
    if len(largest.paths) >= 20:
        assert len(collection.imagine(2, group="shapes", painter=painter)) == 2
    else:
        with pytest.raises(UsageError, match=r"'Shapes' has \d+ pieces"):
            collection.imagine(2, group="shapes", painter=painter)


def test_a_group_is_found_by_number_name_or_description_also_inside_others() -> None:
    inner = Group(3, "Ink", "black, calm", False, Path("a"), (Path("a"),), ())
    outer = Group(1, None, "mostly red", False, Path("b"), (Path("a"), Path("b")), (inner,))
    assert group_called("ink", [outer]) is inner
    assert group_called(3, [outer]) is inner
    assert group_called("Mostly red", [outer]) is outer
    named = Group(4, "3", "", False, Path("b"), (Path("a"), Path("b")), (inner,))
    assert group_called(3, [named]) is inner, "a number is no name"


def test_a_sample_that_is_a_piece_again_is_said_to_be_almost_a_copy(collection: Collection) -> None:
    whole = LinearPainter([drawing(seed) for seed in range(PIECES)], numbers=PIECES - 1)  # forgets nothing
    (copy,) = collection.vary(collection.folder / "drawing 6.png", 1, 0, painter=whole)
    assert copy.almost_a_copy
    assert copy.nearest.name == "drawing 6.png"


def test_a_code_from_nowhere_is_said_to_be_empty(collection: Collection, painter: LinearPainter) -> None:
    studio = collection._studio(painter, lambda _: None)
    code = 40 * collection.imagine(1, painter=painter)[0].code[None]
    (verdict,) = studio.grounds.judged(code, painter.draw(code, [0]), studio.prior, painter)
    assert verdict.empty
    assert studio.prior.percentile(code) == 0


def test_few_pieces_are_said_to_be_too_few(art: Path, painter: LinearPainter) -> None:
    for path in sorted(art.rglob("*.png"))[:5]:
        path.unlink()
    with Collection.open(art) as collection:
        collection.learn(minutes=0)
        with pytest.raises(UsageError, match="19 pieces are too few") as caught:
            collection.imagine(1, painter=painter)
    assert "20" in caught.value.hint


def test_where_the_net_that_draws_is_damaged_the_error_says_so(art: Path) -> None:
    (art / ".pochade" / "painter.safetensors").write_bytes(b"no net")
    with Collection.open(art) as collection, pytest.raises(CheckpointDamaged, match=r"painter\.safetensors"):
        collection.imagine(1)


def test_the_shipped_net_draws_the_same_again_by_its_seed(collection: Collection) -> None:
    first, second = collection.imagine(2, seed=5)
    again = collection.imagine(1, seed=6)[0]
    assert first.picture.shape == (128, 128, 3)
    np.testing.assert_array_equal(second.picture, again.picture)
    assert (first.picture != second.picture).any()


def test_blocks_that_do_not_quite_meet_become_one_picture() -> None:
    shade = np.tile(np.linspace(60, 200, 128), (128, 1))
    apart = np.random.default_rng(0).integers(-8, 9, (8, 8)).repeat(16, 0).repeat(16, 1)
    blocks = (shade + apart)[:, :, None].repeat(3, 2).round().astype(np.uint8)
    drawn = finished(blocks)
    steps = [np.abs(np.diff(one.astype(float), axis=0))[15::16].mean() for one in (blocks, drawn)]
    assert steps[1] < steps[0] / 2
    assert np.abs(drawn - shade[:, :, None]).mean() < np.abs(blocks - shade[:, :, None]).mean()


def test_a_piece_that_is_gone_is_not_drawn_from(art: Path, painter: LinearPainter) -> None:
    lost = art / "drawing 0.png"
    with Collection.open(art) as collection:
        shutil.rmtree(collection.thumbnails)
        lost.unlink()  # known still, but nothing is left of it
        assert len(collection.imagine(2, painter=painter)) == 2


# Vary, morph ---------------------------------------------------------------------------------------------------------


def test_variations_differ_more_with_more_strength(collection: Collection, painter: LinearPainter) -> None:
    image = drawing(5)
    redrawn = painter.encode(shown(collection.vary(image, 1, 0, painter=painter)))
    away = []
    for strength in (0.1, 0.8):
        created = collection.vary(image, 6, strength, painter=painter)
        away.append(np.mean([np.linalg.norm(one.code - redrawn[0]) for one in created]))
    assert away[0] < away[1]


def test_a_morph_begins_and_ends_with_the_pieces_as_the_net_redraws_them(
    collection: Collection, painter: LinearPainter
) -> None:
    images = [collection.folder / "drawing 2.png", drawing(4)]
    frames = collection.morph(images, 9, painter=painter)
    assert len(frames) == 9
    for end, image in zip((frames[0], frames[-1]), images, strict=True):
        (redrawn,) = collection.vary(image, 1, 0, painter=painter)
        np.testing.assert_allclose(end.picture.astype(int), redrawn.picture.astype(int), atol=1)


def test_a_loop_leads_back_without_showing_the_first_picture_twice(
    collection: Collection, painter: LinearPainter
) -> None:
    frames = collection.morph([drawing(2), drawing(4), drawing(6)], 12, loop=True, painter=painter)
    assert len(frames) == 12
    steps = np.linalg.norm(np.diff([*(one.code for one in frames), frames[0].code], axis=0), axis=1)
    assert steps.min() > 0


def test_a_part_of_a_way_is_the_same_as_there_in_the_whole(collection: Collection, painter: LinearPainter) -> None:
    images = [drawing(2), drawing(4)]
    whole = shown(collection.morph(images, 9, painter=painter))
    np.testing.assert_array_equal(shown(collection.morph(images, 9, part=slice(3, 5), painter=painter)), whole[3:5])
    with pytest.raises(UsageError, match="has none there"):
        collection.morph(images, 9, part=slice(9, 12), painter=painter)


def test_a_grid_has_the_four_pictures_in_its_corners(collection: Collection, painter: LinearPainter) -> None:
    images = [drawing(seed) for seed in (1, 2, 3, 4)]
    pictures = shown(collection.morph_grid(images, 4, painter=painter))
    assert len(pictures) == 16
    for corner, image in zip((0, 3, 12, 15), images, strict=True):
        (redrawn,) = collection.vary(image, 1, 0, painter=painter)
        np.testing.assert_allclose(pictures[corner].astype(int), redrawn.picture.astype(int), atol=1)


def test_a_morph_of_one_picture_is_refused(collection: Collection, painter: LinearPainter) -> None:
    with pytest.raises(UsageError, match="from one picture to another"):
        collection.morph([Image.new("RGB", (9, 9))], painter=painter)


# At a place of the map ----------------------------------------------------------------------------------------------


def test_the_place_of_a_piece_has_its_code_and_the_middle_of_two_has_both() -> None:
    codes = {1: np.array([0.0, 4]), 2: np.array([2.0, 0]), 3: np.array([8.0, 8])}
    places = {1: (-0.5, 0.0), 2: (0.5, 0.0), 3: (900.0, 0.0)}
    own, numbers = between((0.5, 0.0), places, codes)
    np.testing.assert_allclose(own, codes[2], atol=1e-4)
    assert numbers == [2, 1, 3]
    np.testing.assert_allclose(between((0.0, 0.0), places, codes)[0], [1, 2], atol=1e-4)


def test_what_is_drawn_at_a_place_is_judged_like_all_else(collection: Collection, painter: LinearPainter) -> None:
    with pytest.raises(NotKnown, match="has not been laid"):
        collection.draw_at(0, 0, painter=painter)
    spot = next(spot for spot in collection.map() if spot.path.name == "drawing 8.png")
    created, pieces = collection.draw_at(spot.x, spot.y, 5, painter=painter)
    (redrawn,) = collection.vary(spot.path, 1, 0, painter=painter)
    assert pieces[0].path == spot.path
    assert created.seed == 5
    assert np.abs(created.picture.astype(int) - redrawn.picture).mean() < 2


# Getting ready -------------------------------------------------------------------------------------------------------


def test_what_was_prepared_is_not_done_again(
    collection: Collection, painter: LinearPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.create.picture_latents.painter_in_use", lambda _: painter)
    stages = list[str]()
    collection.prepare_to_draw(lambda progress: stages.append(progress.stage))
    assert stages[0] == "reading pieces"
    assert stages[-1] == "fitting"
    stages.clear()
    collection.prepare_to_draw(lambda progress: stages.append(progress.stage))
    assert stages == []


def test_copies_within_the_collection_do_not_decide_what_is_almost_a_copy() -> None:
    looks = np.random.default_rng(0).standard_normal((80, 64))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    alone = almost_copies(looks, np.arange(80))
    with_copies = almost_copies(np.concatenate([looks, looks[:40]]), np.arange(120))
    assert with_copies == pytest.approx(alone, abs=0.05)
