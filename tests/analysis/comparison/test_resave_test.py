"""Only a picture that was encoded or resized again passes the test; one changed part, however small, does not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.resave_test import compare_resaves, frames_agree
from tests.support.drawings import drawing

SIDE = 400


def encoded(picture: Image.Image, name: str, **options: object) -> Image.Image:
    """The picture, encoded and decoded."""
    buffer = io.BytesIO()
    picture.save(buffer, name, **options)
    return Image.open(buffer).convert("RGB")


def outcome(first: Image.Image, second: Image.Image) -> str:
    """What the test says of two pictures."""
    side = min(max(first.size), max(second.size))
    return compare_resaves(*(PictureView(np.asarray(picture), side) for picture in (first, second))).outcome


@pytest.mark.parametrize("seed", range(3))
def test_encoding_and_resizing_make_resaves(seed: int) -> None:
    picture = drawing(seed, SIDE)
    resaves = [
        encoded(picture, "JPEG", quality=85),
        encoded(picture, "WEBP", quality=60),
        picture.resize((SIDE // 2, SIDE // 2), Image.Resampling.LANCZOS),
        picture.quantize(64).convert("RGB"),
    ]
    assert [outcome(picture, resave) for resave in resaves] == ["same"] * len(resaves)


@pytest.mark.parametrize("seed", range(3))
def test_strong_coding_noise_is_never_taken_for_another_work(seed: int) -> None:
    picture = drawing(seed, SIDE)
    strong = encoded(picture, "JPEG", quality=30)
    assert outcome(picture, strong) != "differs"
    assert outcome(strong, picture.resize((300, 300), Image.Resampling.BOX)) != "differs"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("quality", [95, 40])
def test_one_small_part_that_differs_makes_another_work(seed: int, quality: int) -> None:
    picture = drawing(seed, SIDE)
    worm, shade, line = picture.copy(), picture.copy(), picture.copy()
    ImageDraw.Draw(worm).ellipse((200, 190, 212, 200), fill=(255, 0, 0), outline=(0, 255, 0))
    left, top, right, bottom = 180, 180, 230, 230
    part = np.asarray(shade).copy()
    part[top:bottom, left:right] = np.clip(part[top:bottom, left:right].astype(int) - 30, 0, 255)
    ImageDraw.Draw(line).line((150, 150, 250, 260), fill=(10, 60, 250), width=2)
    for changed in (worm, Image.fromarray(part), line):
        assert outcome(picture, encoded(changed, "JPEG", quality=quality)) != "same"
        assert outcome(picture, changed) == "differs"


def test_a_change_that_noise_could_hide_is_not_proved_away() -> None:
    picture = drawing(1, SIDE)
    noise = np.random.default_rng(0).normal(0, 60, (SIDE, SIDE, 3))
    noisy = Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
    assert outcome(picture, noisy) != "same"
    assert outcome(picture, picture.filter(ImageFilter.GaussianBlur(9))) != "same"


def test_frames_agree_only_if_their_proportions_do() -> None:
    assert frames_agree((4000, 3000), (400, 300), 400)
    assert frames_agree((4000, 3000), (401, 301), 401)
    assert not frames_agree((4000, 3000), (400, 310), 400)
    assert not frames_agree((4000, 3000), (300, 400), 400)
