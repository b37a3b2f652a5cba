"""The hashes of other tools, as their definitions say."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import fftpack

from experiments.bench.duplicate_hashes import (
    DUPLICATE_HASHES,
    average_hash,
    close_pairs,
    cosine_hash,
    difference_hash,
    gradient_hash,
    pdq_hash,
    wavelet_hash,
)

NEAREST = Image.Resampling.NEAREST


def noisy_picture(seed: int = 0) -> Image.Image:
    small = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8))
    return small.resize((200, 140), Image.Resampling.BICUBIC)


def picture_of_rows(rows: list[list[int]], scale: int) -> Image.Image:
    values = np.kron(np.array(rows, np.uint8), np.ones((scale, scale), np.uint8))
    return Image.fromarray(values).convert("RGB")


def test_a_gradient_has_a_bit_wherever_it_gets_lighter_to_the_right() -> None:
    rows = [[0, 10, 5], [9, 3, 4]]
    bits = gradient_hash(picture_of_rows(rows, 8).resize((24, 16)), 2, NEAREST)
    assert bits is not None
    assert bits.tolist() == [True, False, False, True]


def test_a_blank_picture_has_no_gradient_and_no_pdq() -> None:
    blank = Image.new("RGB", (100, 100), "white")
    assert gradient_hash(blank, 16, NEAREST) is None
    assert pdq_hash(blank) is None


def test_a_light_half_sets_half_of_the_average_and_of_the_wavelet_bits() -> None:
    picture = Image.new("RGB", (256, 256))
    ImageDraw.Draw(picture).rectangle((128, 0, 255, 255), "white")
    for bits in (average_hash(picture), wavelet_hash(picture)):
        assert bits.reshape(8, 8).tolist() == [[False] * 4 + [True] * 4] * 8


def test_a_difference_is_a_step_between_neighbours() -> None:
    rising = picture_of_rows([list(range(0, 180, 20))] * 8, 10)
    assert difference_hash(rising).all()
    assert not difference_hash(rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).any()


def test_the_cosine_hash_is_that_of_a_transform_without_norm() -> None:
    grey = np.asarray(noisy_picture().resize((32, 32), Image.Resampling.LANCZOS).convert("L"), np.float64)
    low = fftpack.dct(fftpack.dct(grey, axis=0), axis=1)[:8, :8]
    assert cosine_hash(noisy_picture()).tolist() == (low >= np.median(low.flatten()[1:])).ravel().tolist()


def test_pdq_survives_another_size_and_differs_for_another_picture() -> None:
    bits = [pdq_hash(picture) for picture in (noisy_picture(), noisy_picture().resize((400, 280)), noisy_picture(1))]
    assert bits[0] is not None
    assert bits[0].shape == (256,)
    assert (bits[0] != bits[1]).sum() <= 31
    assert (bits[0] != bits[2]).sum() > 60


def test_half_of_the_bits_of_pdq_are_set() -> None:
    bits = pdq_hash(noisy_picture())
    assert bits is not None
    assert bits.sum() == 128


@pytest.mark.parametrize("name", DUPLICATE_HASHES)
def test_every_hash_takes_a_resave_for_a_duplicate(name: str) -> None:
    rival = DUPLICATE_HASHES[name]
    larger = noisy_picture().resize((600, 420), NEAREST)
    assert close_pairs([rival.compute(noisy_picture()), rival.compute(larger)], rival.max_distance) == [(0, 1)]


def test_pairs_are_close_up_to_the_distance_and_pictures_without_hash_have_none() -> None:
    bits = np.zeros(8, bool)
    other = bits.copy()
    other[:3] = True
    assert close_pairs([bits, None, other, bits], 2) == [(0, 3)]
    assert close_pairs([bits, None, other, bits], 3) == [(0, 2), (0, 3), (2, 3)]
    assert close_pairs([None], 3) == []
