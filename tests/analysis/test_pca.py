"""Principal components reconstruct points with the errors that they state."""

import numpy as np
import pytest

from pochade.analysis.pca import PrincipalComponents
from tests.support.point_clouds import clouds


def test_errors_are_those_of_decoding() -> None:
    random = np.random.default_rng(0)
    train = random.normal(size=(200, 8)) @ random.normal(size=(8, 8)) + 3
    test = random.normal(size=(50, 8)) @ random.normal(size=(8, 8)) + 2
    errors = PrincipalComponents.fit(train, 8).errors(test, (1, 3, 8, 99))
    assert sorted(errors) == [1, 3, 8]
    for k, error in errors.items():
        components = PrincipalComponents.fit(train, k)
        reconstruction = components.decode(components.encode(test))
        assert error == pytest.approx(np.square(reconstruction - test).mean(), abs=1e-9)


def test_unit_components_are_unit_vectors() -> None:
    points, _ = clouds()
    units = PrincipalComponents.fit(points, 4).unit_components(points)
    assert units.shape == (300, 4)
    np.testing.assert_allclose(np.linalg.norm(units, axis=1), 1, atol=1e-5)
