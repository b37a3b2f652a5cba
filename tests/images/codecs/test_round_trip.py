"""Lossy codecs change pictures a little, and say what the file costs."""

import numpy as np

from pochade.images.codecs.round_trip import webp_round_trip


def test_a_better_webp_takes_more_bytes_and_is_closer_to_the_original() -> None:
    rows, columns = np.mgrid[:32, :40]
    noise = np.random.default_rng(0).integers(0, 60, (32, 40))
    pixels = np.repeat(((rows * 4 + columns + noise) % 256).astype(np.uint8)[..., None], 3, axis=2)
    small, coarse = webp_round_trip(pixels, quality=5)
    large, fine = webp_round_trip(pixels, quality=95)
    assert small < large
    assert coarse.shape == fine.shape == pixels.shape
    errors = [np.square(decoded.astype(float) - pixels).mean() for decoded in (coarse, fine)]
    assert errors[1] < errors[0]
