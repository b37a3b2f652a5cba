"""Versions of a work are ordered by technique, then by date, and repetitions are left out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from pochade.analysis.comparison.affine import apply_affine
from pochade.images.render.laid_picture import lay_picture
from pochade.organise.work_story import StorySource, align_pictures, fit_frame, plan_story
from tests.support.drawings import drawing
from tests.support.work_stages import move, work_stages


def sources(folder: Path, pictures: dict[str, Image.Image], minutes: dict[str, int] | None = None) -> list[StorySource]:
    """Pictures stored in a folder, each with the date of its file."""
    found = []
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png")
        found.append(StorySource(folder / f"{name}.png", 60.0 * (minutes or {}).get(name, 0)))
    return found


@pytest.mark.parametrize("seed", [0, 3, 4, 11])
def test_stages_come_in_the_order_of_their_technique_whatever_their_dates(tmp_path: Path, seed: int) -> None:
    stages = work_stages(seed)
    names = ["colour", "tones", "lines"]
    story = plan_story(sources(tmp_path, {name: stages[name] for name in names}, {"colour": 1, "tones": 2, "lines": 3}))
    assert [names[stage.source] for stage in story.stages] == ["lines", "tones", "colour"]
    assert [stage.kind for stage in story.stages[:2]] == ["lines", "tones"]
    assert all(stage.is_aligned for stage in story.stages)


def test_dates_decide_between_versions_of_one_technique(tmp_path: Path) -> None:
    work = drawing(5, 240)
    later = work.copy()
    later.paste((200, 30, 60), (60, 60, 130, 130))
    for minutes, order in (({"a": 5, "b": 1}, [1, 0]), ({"a": 1, "b": 5}, [0, 1])):
        story = plan_story(sources(tmp_path, {"a": work, "b": later}, minutes))
        assert [stage.source for stage in story.stages] == order


def test_a_version_that_repeats_another_one_is_left_out(tmp_path: Path) -> None:
    stages = work_stages(0)
    pictures = {
        "colour": stages["colour"], "mirrored": ImageOps.mirror(stages["colour"]),
        "smaller": move(stages["colour"], 0.8, 30, 30), "tones": stages["tones"],
    }  # fmt: skip
    story = plan_story(sources(tmp_path, pictures))
    assert [stage.source for stage in story.stages] == [3, 0]
    assert story.repeats == (1, 2)


def test_a_story_of_one_picture_or_none_is_short(tmp_path: Path) -> None:
    assert [stage.source for stage in plan_story(sources(tmp_path, {"a": drawing(1)})).stages] == [0]
    assert plan_story([]).stages == ()


def test_a_picture_of_something_else_is_not_aligned_but_shown(tmp_path: Path) -> None:
    blank = Image.new("RGB", (240, 240), (90, 120, 200))
    story = plan_story(sources(tmp_path, {"work": drawing(1, 240), "blank": blank}))
    assert sorted((stage.source, stage.is_aligned) for stage in story.stages) in (
        [(0, True), (1, False)],
        [(0, False), (1, True)],
    )


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_a_moved_version_lies_on_the_work_within_two_pixels(seed: int) -> None:
    work = drawing(seed, 400)
    moved = move(work, 0.8, 50, 20)
    matrix = align_pictures(np.asarray(moved), np.asarray(work))
    assert matrix is not None
    points = np.array([[120.0, 100.0], [300.0, 80.0], [200.0, 320.0]])
    expected = (points - [50, 20] + 0.5) / 0.8 - 0.5
    assert np.abs(apply_affine(matrix, points) - expected).max() < 2
    laid = lay_picture(np.asarray(moved), matrix, 400, 400).astype(int)
    assert np.abs(laid - np.asarray(work, int)).mean() < 8


def test_what_does_not_align_is_fitted_into_the_middle() -> None:
    tall, wide = np.zeros((100, 50, 3), np.uint8), np.zeros((100, 200, 3), np.uint8)
    corners = apply_affine(fit_frame(tall, wide), np.array([[-0.5, -0.5], [49.5, 99.5]]))
    assert corners.tolist() == [[74.5, -0.5], [124.5, 99.5]]
