"""A place on the map gets a mixture of the latents of the nearest pictures."""

import numpy as np
import pytest

from pochade.create.map_interpolation import mix_latents
from pochade.errors import NotKnown


def test_a_pictures_own_place_has_its_latent_and_the_middle_of_two_has_both() -> None:
    latents = {1: np.array([0.0, 4]), 2: np.array([2.0, 0]), 3: np.array([8.0, 8])}
    places = {1: (-0.5, 0.0), 2: (0.5, 0.0), 3: (900.0, 0.0)}
    latent, numbers = mix_latents((0.5, 0.0), places, latents)
    np.testing.assert_allclose(latent, latents[2], atol=1e-4)
    assert numbers == [2, 1, 3]
    np.testing.assert_allclose(mix_latents((0.0, 0.0), places, latents)[0], [1, 2], atol=1e-4)


def test_an_empty_map_has_no_latents() -> None:
    with pytest.raises(NotKnown, match="there is no map yet"):
        mix_latents((0.0, 0.0), {}, {})
