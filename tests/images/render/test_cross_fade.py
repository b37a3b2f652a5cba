"""Pictures fade into each other step by step, and each stays for a moment."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from pochade.images.render.animation import FRAMES_PER_SECOND, encode_animation, encode_strip
from pochade.images.render.cross_fade import FADE_FRAMES, LAST_MILLISECONDS, STILL_MILLISECONDS, cross_fade

PICTURES = [np.full((20, 30, 3), level, np.uint8) for level in (0, 130, 255)]


def test_each_picture_stays_and_fades_into_the_next() -> None:
    frames = cross_fade(PICTURES)
    levels = [int(frame.pixels[0, 0, 0]) for frame in frames]
    assert len(frames) == 3 + 2 * FADE_FRAMES
    assert levels == sorted(levels)
    assert [frames[index].milliseconds for index in (0, FADE_FRAMES + 1, -1)] == [
        STILL_MILLISECONDS, STILL_MILLISECONDS, LAST_MILLISECONDS,
    ]  # fmt: skip
    assert [levels[0], levels[FADE_FRAMES + 1], levels[-1]] == [0, 130, 255]


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_an_animation_of_own_pictures_keeps_the_durations_and_names_no_model(suffix: str) -> None:
    frames = cross_fade(PICTURES)
    durations = [frame.milliseconds for frame in frames]
    content = encode_animation([frame.pixels for frame in frames], None, suffix, durations)
    with Image.open(io.BytesIO(content)) as drawn:
        shown = [frame.copy().info["duration"] for frame in ImageSequence.Iterator(drawn)]  # known once it is decoded
        assert sum(shown) == sum(durations)  # WebP joins frames that hardly differ
        assert len(shown) > 2 * FADE_FRAMES - 4
        assert shown[-1] >= durations[-1]
    assert b"trained" not in content


def test_a_film_of_own_pictures_lasts_as_long_as_its_frames() -> None:
    av = pytest.importorskip("av")
    frames = cross_fade(PICTURES)
    content = encode_animation(
        [frame.pixels for frame in frames], None, ".mp4", [frame.milliseconds for frame in frames]
    )
    with av.open(io.BytesIO(content)) as film:
        shown = sum(1 for _ in film.decode(video=0))
        assert "comment" not in film.metadata
    assert abs(shown - sum(frame.milliseconds for frame in frames) * FRAMES_PER_SECOND / 1000) <= 2


def test_a_strip_of_own_pictures_names_no_model() -> None:
    with Image.open(io.BytesIO(encode_strip(PICTURES, None))) as strip:
        assert strip.size == (3 * 34 - 4, 20)
        assert set(strip.info) == {"Software"}
