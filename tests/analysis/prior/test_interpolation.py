"""Paths between latents begin and end where they should, and stay among the latents in between."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.prior import interpolate_latents, standard_normal


@pytest.mark.slow
@settings(deadline=None)
@given(dimensions=st.integers(2, 200), steps=st.integers(2, 9), seed=st.integers(0, 50))
def test_a_path_contains_both_ends(dimensions: int, steps: int, seed: int) -> None:
    start, end = standard_normal(2, (dimensions,), seed)
    path = interpolate_latents(start, end, steps)
    assert path.shape == (steps, dimensions)
    torch.testing.assert_close(path[0], start)
    torch.testing.assert_close(path[-1], end)


def test_in_few_dimensions_the_path_is_straight() -> None:
    start, end = standard_normal(2, (16,), seed=0)
    torch.testing.assert_close(interpolate_latents(start, end, 3)[1], (start + end) / 2)


def test_in_many_dimensions_the_path_follows_the_shell_around_the_centre() -> None:
    centre = torch.full((64, 3, 3), 5.0)
    start, end = centre + standard_normal(2, (64, 3, 3), seed=0)
    path = interpolate_latents(start, end, 5, centre)
    radii = (path - centre).flatten(1).norm(dim=1)
    assert radii[2].item() == pytest.approx((radii[0] + radii[-1]).item() / 2, rel=1e-4)
    straight = ((start + end) / 2 - centre).norm()
    assert straight < 0.8 * radii[2], "a straight line would have left the shell"


def test_the_same_seed_gives_the_same_latents() -> None:
    assert torch.equal(standard_normal(3, (2, 2), 7), standard_normal(3, (2, 2), 7))
    assert not torch.equal(standard_normal(3, (2, 2), 7), standard_normal(3, (2, 2), 8))
