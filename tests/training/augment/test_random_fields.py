"""Random fields have the given width."""

import numpy as np

from pochade.training.augment.random_fields import smooth_noise


def test_smooth_noise_is_as_wide_as_its_length() -> None:
    rng = np.random.default_rng(0)
    fine, wide = (smooth_noise(rng, (200, 200), length) for length in (3, 40))
    assert np.abs(np.diff(fine)).mean() > 5 * np.abs(np.diff(wide)).mean()
