"""The convolution stack restores any picture size, and refuses what can't be built."""

import pytest

from pochade.errors import UsageError
from pochade.models.conv_stacks import ConvConfig


def test_too_many_layers_are_refused_with_the_largest_number_that_fits() -> None:
    with pytest.raises(UsageError) as caught:
        ConvConfig(widths=(8, 8, 8, 8, 8, 8))
    assert "6 layers are too many for pictures of 28 x 28" in caught.value.sentence
    largest = int(caught.value.hint.split()[-2])
    assert ConvConfig(widths=(8,) * largest).feature_count > 0
    with pytest.raises(UsageError):
        ConvConfig(widths=(8,) * (largest + 1))


@pytest.mark.parametrize("widths", [(), (0,), (16, -1)])
def test_widths_below_one_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(UsageError):
        ConvConfig(widths=widths)
