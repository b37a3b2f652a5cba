"""Variants differ from the drawing in a part, and are the same for the same seed."""

import random

import numpy as np
import pytest

from experiments.recipes.random_variants import RANDOM_VARIANTS, VariantChange
from tests.support.drawings import drawing


@pytest.mark.parametrize("change", list(dict.fromkeys(RANDOM_VARIANTS)))
def test_a_variant_has_the_size_of_the_drawing_and_keeps_some_of_it(change: VariantChange) -> None:
    picture, other = drawing(3), drawing(4)
    variants = [change(picture, random.Random(seed), other) for seed in range(4)]
    again = change(picture, random.Random(0), other)
    assert np.array_equal(np.asarray(variants[0]), np.asarray(again))
    differing = [(np.asarray(variant) != np.asarray(picture)).any(2).mean() for variant in variants]
    assert {variant.size for variant in variants} == {picture.size}
    assert 0 < max(differing) < 0.9
