"""A prior knows where latents lie: its samples, variations and paths lie there too."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import GaussianMixture, Whitening
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.prior import LatentPrior
from pochade.analysis.prior.densities import FlowDensity
from pochade.analysis.prior.flow_fitting import fit_flow
from pochade.analysis.prior.latent_prior import PRIOR_FORMAT, share_steps
from pochade.errors import CheckpointDamaged, UsageError
from pochade.models.array_files import write_arrays
from tests.support.latents import clustered_latents, normal_latents, ring_latents

pytestmark = pytest.mark.slow

# Fitting -------------------------------------------------------------------------------------------------------------


def test_one_cloud_is_one_normal_distribution() -> None:
    prior = LatentPrior.fit(normal_latents(200))
    samples = prior.sample(4_000)
    assert prior.name == "normal"
    np.testing.assert_allclose(samples.mean(0), normal_latents(200).mean(0), atol=0.2)
    np.testing.assert_allclose(samples.std(0), normal_latents(200).std(0), rtol=0.15)


def test_clusters_are_a_mixture_and_samples_lie_in_them() -> None:
    prior = LatentPrior.fit(clustered_latents(200))
    assert "mixture" in prior.name
    distances = nearest_neighbours(prior.sample(200), 8 * np.eye(4, 16), 1).distances
    assert distances.max() < 8, "none lies between two clusters, as half of a normal distribution's samples do"


def test_the_log_density_of_normal_latents_is_that_of_their_distribution() -> None:
    latents = normal_latents(500, seed=3)
    true_density = GaussianMixture(np.ones(1), latents.mean(0)[None], np.cov(latents.T)[None])
    assert np.abs(LatentPrior.fit(latents).log_density(latents) - true_density.log_density(latents)).mean() < 0.4


@settings(max_examples=5, deadline=None)
@given(count=st.integers(20, 40), dimensions=st.integers(1, 64), seed=st.integers(0, 99))
def test_twenty_latents_are_enough_in_any_number_of_dimensions(count: int, dimensions: int, seed: int) -> None:
    prior = LatentPrior.fit(normal_latents(count, dimensions, seed), seed)
    samples = prior.sample(5, seed)
    assert samples.shape == (5, dimensions)
    assert np.isfinite(samples).all()
    assert np.isfinite(prior.log_density(samples)).all()


def test_a_dimension_may_be_constant() -> None:
    latents = normal_latents(40)
    latents[:, 2] = 7
    samples = LatentPrior.fit(latents).sample(9)
    np.testing.assert_allclose(samples[:, 2], 7, atol=1e-3)


def test_copies_of_one_latent_give_that_latent() -> None:
    latent = np.random.default_rng(0).standard_normal(6)
    prior = LatentPrior.fit(np.tile(latent, (30, 1)))
    np.testing.assert_allclose(prior.sample(3), np.tile(latent, (3, 1)), atol=1e-3)
    np.testing.assert_allclose(prior.path(np.tile(latent, (2, 1)), 5), np.tile(latent, (5, 1)), atol=1e-3)


def test_fewer_than_twenty_latents_are_refused() -> None:
    with pytest.raises(UsageError, match="19 latents are too few"):
        LatentPrior.fit(normal_latents(19))


def test_latents_that_are_not_finite_are_refused() -> None:
    latents = normal_latents(30)
    latents[3, 3] = np.nan
    with pytest.raises(UsageError, match="finite"):
        LatentPrior.fit(latents)


def test_a_percentile_is_the_share_of_real_latents_that_are_less_dense() -> None:
    prior = LatentPrior.fit(normal_latents(300))
    shares = prior.percentile(normal_latents(2_000, seed=9))
    assert 0.4 < shares.mean() < 0.6
    assert prior.percentile(np.full((1, 6), 50.0)) == 0
    assert prior.percentile(normal_latents(300).mean(0)[None]) > 0.99


def test_the_prior_of_a_part_borrows_from_that_of_the_whole() -> None:
    whole = normal_latents(1_000, 24)
    part = whole[whole[:, -1] > 8][:30]
    unseen = normal_latents(20_000, 24, seed=5)
    unseen = unseen[unseen[:, -1] > 8]
    among = LatentPrior.fit(part, among=LatentPrior.fit(whole[:500]))
    alone = LatentPrior.fit(part)
    assert among.log_density(unseen).mean() > alone.log_density(unseen).mean()
    assert among.sample(200)[:, -1].mean() > 8


# Samples and variations ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["normal", "mixture", "flow"])
def prior(request: pytest.FixtureRequest) -> LatentPrior:
    """A prior of each kind."""
    if request.param == "flow":
        return flow_prior(ring_latents(900))
    return LatentPrior.fit(normal_latents(200) if request.param == "normal" else clustered_latents(200))


def flow_prior(latents: Floats) -> LatentPrior:
    """A prior whose density is a flow, whatever else might be chosen."""
    whitening = Whitening.fit(latents[:700])
    density = FlowDensity(fit_flow(whitening.apply(latents[:700]), seed=0))
    held_out = np.sort(density.log_density(whitening.apply(latents[700:])) + whitening.log_stretch)
    return LatentPrior(whitening, density, held_out, {"flow": float(held_out.mean())})


def test_each_kind_of_prior_is_chosen(prior: LatentPrior, request: pytest.FixtureRequest) -> None:
    assert request.node.callspec.params["prior"] in prior.name


def test_a_seed_gives_the_same_samples_again(prior: LatentPrior) -> None:
    np.testing.assert_array_equal(prior.sample(5, 3), prior.sample(5, 3))
    assert not np.array_equal(prior.sample(5, 3), prior.sample(5, 4))


def test_samples_are_as_dense_as_real_latents(prior: LatentPrior) -> None:
    assert 0.3 < prior.percentile(prior.sample(600)).mean() < 0.75


def test_variations_go_further_with_more_strength_and_stay_dense(prior: LatentPrior) -> None:
    latent = prior.sample(1, 1)[0]
    distances = [
        np.linalg.norm(prior.vary(latent, strength, 60) - latent, axis=1).mean() for strength in (0, 0.1, 0.4, 1)
    ]
    assert distances == sorted(distances)
    assert distances[0] < 1e-3
    assert prior.percentile(prior.vary(latent, 0.3, 200)).mean() > 0.15
    np.testing.assert_array_equal(prior.vary(latent, 0.4, 3, 7), prior.vary(latent, 0.4, 3, 7))


def test_samples_like_some_latents_are_nearer_to_them_than_others(prior: LatentPrior) -> None:
    examples = prior.vary(prior.sample(1, 5)[0], 0.15, 4)
    near, far = (
        nearest_neighbours(latents, examples, 1).distances.mean()
        for latents in (prior.sample_like(examples, 50), prior.sample(50))
    )
    assert near < far


def test_a_strength_above_one_is_refused(prior: LatentPrior) -> None:
    with pytest.raises(UsageError, match="strength"):
        prior.vary(prior.sample(1)[0], 1.5)


# Paths ---------------------------------------------------------------------------------------------------------------


def test_a_path_contains_the_given_points(prior: LatentPrior) -> None:
    points = prior.sample(3, 2)
    path = prior.path(points, 40)
    assert path.shape == (40, points.shape[1])
    np.testing.assert_array_equal(path[[0, -1]], points[[0, -1]])
    assert (path == points[1]).all(1).any()


def test_a_path_has_even_steps_and_stays_dense(prior: LatentPrior) -> None:
    ends = prior.sample(40, 11).reshape(20, 2, -1)
    middles, unevenness = [], []
    for pair in ends:
        path = prior.path(pair, 31)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
        unevenness.append(lengths.max() / lengths.mean())
        middles.append(path[15])
    assert max(unevenness) < 2
    assert prior.percentile(np.stack(middles)).mean() > 0.25


def test_a_path_of_as_many_frames_as_points_is_the_points(prior: LatentPrior) -> None:
    points = prior.sample(4, 2)
    np.testing.assert_array_equal(prior.path(points, 4), points)


def test_a_path_from_a_point_to_itself_stays_there(prior: LatentPrior) -> None:
    point = prior.sample(1, 2)
    np.testing.assert_allclose(prior.path(np.repeat(point, 2, 0), 5), np.repeat(point, 5, 0), atol=0.05)


def test_a_path_through_more_points_than_frames_is_refused(prior: LatentPrior) -> None:
    with pytest.raises(UsageError, match="3 latents can't have 2 frames"):
        prior.path(prior.sample(3), 2)


@settings(deadline=None)
@given(lengths=st.lists(st.floats(0.01, 100), min_size=1, max_size=6), more=st.integers(0, 50))
def test_every_section_of_a_path_has_a_step(lengths: list[float], more: int) -> None:
    counts = share_steps(lengths, len(lengths) + more)
    assert sum(counts) == len(lengths) + more
    assert min(counts) >= 1


# On disk -------------------------------------------------------------------------------------------------------------


def test_a_loaded_prior_is_the_saved_one(prior: LatentPrior, tmp_path: Path) -> None:
    prior.save(tmp_path / "prior", of="these latents")
    loaded = LatentPrior.load(tmp_path / "prior", of="these latents")
    np.testing.assert_array_equal(loaded.sample(5), prior.sample(5))
    np.testing.assert_array_equal(loaded.percentile(prior.sample(5)), prior.percentile(prior.sample(5)))
    assert loaded.name == prior.name


def test_a_prior_of_other_latents_or_a_damaged_one_is_refused(prior: LatentPrior, tmp_path: Path) -> None:
    prior.save(tmp_path / "prior", of="these latents")
    with pytest.raises(CheckpointDamaged, match="other latents"):
        LatentPrior.load(tmp_path / "prior", of="those latents")
    (tmp_path / "prior").write_bytes((tmp_path / "prior").read_bytes()[:-100])
    with pytest.raises(CheckpointDamaged):
        LatentPrior.load(tmp_path / "prior", of="these latents")


@pytest.mark.parametrize("shape", [(3,), (1, 4, 4), (1, 4, 3)])
def test_a_flow_with_missing_or_misshapen_weights_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    arrays = {"mean": np.zeros(4), "root": np.eye(4), "held_out": np.zeros(1), "flow.rotations": np.ones(shape)}
    arrays |= {"flow.couplings.0.net.0.bias": np.zeros(2)} if shape[-1] == 3 else {}
    description = json.dumps({"scores": {}, "flow": {"layers": 1}})
    write_arrays(tmp_path / "prior", PRIOR_FORMAT, arrays, {"of": "", "prior": description})
    with pytest.raises(CheckpointDamaged, match="no such prior"):
        LatentPrior.load(tmp_path / "prior")
