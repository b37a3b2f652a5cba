"""A prior knows where codes lie: what is drawn from it, varied and walked through lies there too."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import Mixture
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.prior import LatentPrior
from pochade.analysis.prior.densities import Bent
from pochade.analysis.prior.latent_prior import shared_out
from pochade.analysis.prior.selection import flow_of
from pochade.analysis.shrinkage import Whitening
from pochade.errors import CheckpointDamaged, UsageError
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow


def cloud(count: int, dimensions: int = 6, seed: int = 0) -> Floats:
    """Codes of one normal distribution, long in some directions and far from the origin."""
    random = np.random.default_rng(seed)
    return 5 + random.standard_normal((count, dimensions)) * np.geomspace(0.1, 3, dimensions)


def clusters(count: int, dimensions: int = 16, seed: int = 0) -> Floats:
    """Codes in four clusters far apart, with nothing between them."""
    random = np.random.default_rng(seed)
    return 8 * np.eye(4, dimensions)[random.integers(0, 4, count)] + random.standard_normal((count, dimensions))


def shell(count: int, seed: int = 0) -> Floats:
    """Codes on a ring that is thin in the middle of two numbers, and says nothing in two others."""
    random = np.random.default_rng(seed)
    angles, radii = random.uniform(0, 2 * np.pi, count), 4 + 0.2 * random.standard_normal(count)
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles), random.standard_normal((count, 2))])


# What is fitted ------------------------------------------------------------------------------------------------------


def test_one_cloud_is_one_normal_distribution() -> None:
    prior = LatentPrior.fit(cloud(200))
    drawn = prior.sample(4_000)
    assert prior.name == "normal"
    np.testing.assert_allclose(drawn.mean(0), cloud(200).mean(0), atol=0.2)
    np.testing.assert_allclose(drawn.std(0), cloud(200).std(0), rtol=0.15)


def test_clusters_are_a_mixture_and_samples_lie_in_them() -> None:
    prior = LatentPrior.fit(clusters(200))
    assert "mixture" in prior.name
    away = nearest(prior.sample(200), 8 * np.eye(4, 16), 1).distances
    assert away.max() < 8, "none lies between two clusters, as half of a normal distribution's samples do"


def test_a_log_density_is_that_of_a_normal_distribution_where_there_is_one() -> None:
    codes = cloud(500, seed=3)
    known = Mixture(np.ones(1), codes.mean(0)[None], np.cov(codes.T)[None])
    found, wanted = LatentPrior.fit(codes).log_density(codes), known.log_density(codes)
    assert np.abs(found - wanted).mean() < 0.4


@settings(max_examples=5, deadline=None)
@given(count=st.integers(20, 40), dimensions=st.integers(1, 64), seed=st.integers(0, 99))
def test_twenty_codes_are_enough_in_any_number_of_dimensions(count: int, dimensions: int, seed: int) -> None:
    prior = LatentPrior.fit(cloud(count, dimensions, seed), seed)
    drawn = prior.sample(5, seed)
    assert drawn.shape == (5, dimensions)
    assert np.isfinite(drawn).all()
    assert np.isfinite(prior.log_density(drawn)).all()


def test_a_direction_in_which_nothing_differs_is_no_trouble() -> None:
    codes = cloud(40)
    codes[:, 2] = 7
    drawn = LatentPrior.fit(codes).sample(9)
    np.testing.assert_allclose(drawn[:, 2], 7, atol=1e-3)


def test_copies_of_one_code_give_that_code() -> None:
    code = np.random.default_rng(0).standard_normal(6)
    prior = LatentPrior.fit(np.tile(code, (30, 1)))
    np.testing.assert_allclose(prior.sample(3), np.tile(code, (3, 1)), atol=1e-3)
    np.testing.assert_allclose(prior.path(np.tile(code, (2, 1)), 5), np.tile(code, (5, 1)), atol=1e-3)


def test_fewer_than_twenty_codes_are_refused() -> None:
    with pytest.raises(UsageError, match="19 codes are too few"):
        LatentPrior.fit(cloud(19))


def test_codes_that_are_no_numbers_are_refused() -> None:
    codes = cloud(30)
    codes[3, 3] = np.nan
    with pytest.raises(UsageError, match="finite"):
        LatentPrior.fit(codes)


def test_a_percentile_says_how_many_real_codes_lie_where_it_is_less_dense() -> None:
    prior = LatentPrior.fit(cloud(300))
    shares = prior.percentile(cloud(2_000, seed=9))
    assert 0.4 < shares.mean() < 0.6
    assert prior.percentile(np.full((1, 6), 50.0)) == 0
    assert prior.percentile(cloud(300).mean(0)[None]) > 0.99


def test_codes_of_a_part_borrow_from_the_whole_what_they_cannot_tell() -> None:
    whole = cloud(1_000, 24)
    part = whole[whole[:, -1] > 8][:30]
    scored = cloud(20_000, 24, seed=5)
    scored = scored[scored[:, -1] > 8]
    among = LatentPrior.fit(part, among=LatentPrior.fit(whole[:500]))
    alone = LatentPrior.fit(part)
    assert among.log_density(scored).mean() > alone.log_density(scored).mean()
    assert among.sample(200)[:, -1].mean() > 8


# Samples, variations -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["normal", "mixture", "flow"])
def prior(request: pytest.FixtureRequest) -> LatentPrior:
    """A prior of each kind."""
    if request.param == "flow":
        return of_flow(shell(900))
    return LatentPrior.fit(cloud(200) if request.param == "normal" else clusters(200))


def of_flow(codes: Floats) -> LatentPrior:
    """A prior that is a flow, whatever else might be chosen."""
    whitening = Whitening.fit(codes[:700])
    shape = Bent(flow_of(whitening.apply(codes[:700]), seed=0))
    held_out = np.sort(shape.log_density(whitening.apply(codes[700:])) + whitening.log_stretch)
    return LatentPrior(whitening, shape, held_out, {"flow": float(held_out.mean())})


def test_each_kind_is_what_it_is_meant_to_be(prior: LatentPrior, request: pytest.FixtureRequest) -> None:
    assert request.node.callspec.params["prior"] in prior.name


def test_a_seed_draws_the_same_codes_again(prior: LatentPrior) -> None:
    np.testing.assert_array_equal(prior.sample(5, 3), prior.sample(5, 3))
    assert not np.array_equal(prior.sample(5, 3), prior.sample(5, 4))


def test_samples_are_as_dense_as_real_codes(prior: LatentPrior) -> None:
    assert 0.3 < prior.percentile(prior.sample(600)).mean() < 0.75


def test_variations_go_further_with_more_strength_and_stay_dense(prior: LatentPrior) -> None:
    code = prior.sample(1, 1)[0]
    away = [np.linalg.norm(prior.vary(code, strength, 60) - code, axis=1).mean() for strength in (0, 0.1, 0.4, 1)]
    assert away == sorted(away)
    assert away[0] < 1e-3
    assert prior.percentile(prior.vary(code, 0.3, 200)).mean() > 0.15
    np.testing.assert_array_equal(prior.vary(code, 0.4, 3, 7), prior.vary(code, 0.4, 3, 7))


def test_codes_like_some_are_nearer_to_them_than_others(prior: LatentPrior) -> None:
    examples = prior.vary(prior.sample(1, 5)[0], 0.15, 4)
    near, far = (nearest(codes, examples, 1).distances.mean() for codes in (prior.like(examples, 50), prior.sample(50)))
    assert near < far


def test_a_strength_beyond_all_is_refused(prior: LatentPrior) -> None:
    with pytest.raises(UsageError, match="strength"):
        prior.vary(prior.sample(1)[0], 1.5)


# Paths ---------------------------------------------------------------------------------------------------------------


def test_a_path_begins_and_ends_at_the_points_and_comes_by_those_between(prior: LatentPrior) -> None:
    points = prior.sample(3, 2)
    path = prior.path(points, 40)
    assert path.shape == (40, points.shape[1])
    np.testing.assert_array_equal(path[[0, -1]], points[[0, -1]])
    assert (path == points[1]).all(1).any()


def test_a_path_has_even_steps_and_stays_dense(prior: LatentPrior) -> None:
    ends = prior.sample(40, 11).reshape(20, 2, -1)
    middles, steps = [], []
    for pair in ends:
        path = prior.path(pair, 31)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
        steps.append(lengths.max() / lengths.mean())
        middles.append(path[15])
    assert max(steps) < 2
    assert prior.percentile(np.stack(middles)).mean() > 0.25


def test_as_many_frames_as_points_are_the_points(prior: LatentPrior) -> None:
    points = prior.sample(4, 2)
    np.testing.assert_array_equal(prior.path(points, 4), points)


def test_a_path_from_a_point_to_itself_stays_there(prior: LatentPrior) -> None:
    point = prior.sample(1, 2)
    np.testing.assert_allclose(prior.path(np.repeat(point, 2, 0), 5), np.repeat(point, 5, 0), atol=0.05)


def test_a_path_through_more_points_than_frames_is_refused(prior: LatentPrior) -> None:
    with pytest.raises(UsageError, match="3 codes can't have 2 frames"):
        prior.path(prior.sample(3), 2)


@settings(deadline=None)
@given(lengths=st.lists(st.floats(0.01, 100), min_size=1, max_size=6), more=st.integers(0, 50))
def test_steps_are_shared_out_by_length(lengths: list[float], more: int) -> None:
    shares = shared_out(lengths, len(lengths) + more)
    assert sum(shares) == len(lengths) + more
    assert min(shares) >= 1


# On disk -------------------------------------------------------------------------------------------------------------


def test_a_prior_read_again_is_the_same(prior: LatentPrior, tmp_path: Path) -> None:
    prior.save(tmp_path / "prior", of="these codes")
    again = LatentPrior.load(tmp_path / "prior", of="these codes")
    np.testing.assert_array_equal(again.sample(5), prior.sample(5))
    np.testing.assert_array_equal(again.percentile(prior.sample(5)), prior.percentile(prior.sample(5)))
    assert again.name == prior.name


def test_a_prior_of_other_codes_or_a_damaged_one_is_refused(prior: LatentPrior, tmp_path: Path) -> None:
    prior.save(tmp_path / "prior", of="these codes")
    with pytest.raises(CheckpointDamaged, match="other codes"):
        LatentPrior.load(tmp_path / "prior", of="those codes")
    (tmp_path / "prior").write_bytes((tmp_path / "prior").read_bytes()[:-100])
    with pytest.raises(CheckpointDamaged):
        LatentPrior.load(tmp_path / "prior", of="these codes")


# The flow ------------------------------------------------------------------------------------------------------------


def test_a_flow_can_be_walked_both_ways() -> None:
    flow = NormalizingFlow(FlowConfig(5, layers=3, width=16)).eval()
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    points = torch.randn(50, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(flow.back(flow(points).numbers), points, atol=1e-4, rtol=1e-4)


def test_a_flows_density_is_the_bases_times_how_much_space_is_stretched() -> None:
    flow = NormalizingFlow(FlowConfig(3, layers=2, width=8)).eval()
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    point = torch.tensor([[0.3, -0.5, 0.8]])
    slopes = torch.autograd.functional.jacobian(lambda each: flow(each[None]).numbers[0], point[0])
    np.testing.assert_allclose(flow(point).log_stretch.item(), torch.linalg.slogdet(slopes)[1].item(), atol=1e-5)


def test_an_untrained_flow_is_a_normal_distribution() -> None:
    points = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    known = torch.distributions.Normal(0, 1).log_prob(points).sum(1)
    torch.testing.assert_close(NormalizingFlow(FlowConfig(4)).log_density(points), known)


def test_a_flow_learns_a_ring_that_no_normal_distribution_can_be() -> None:
    points = shell(900)
    points = (points - points.mean(0)) / points.std(0)
    flow = flow_of(points, seed=0)
    with torch.inference_mode():
        inside, upon = flow.log_density(torch.from_numpy(np.stack([0 * points[0], points[0]])).float()).tolist()
    assert upon > inside + 1, "a normal distribution is densest in the middle"


def test_a_flow_over_single_numbers_is_refused() -> None:
    with pytest.raises(UsageError):
        FlowConfig(1)


def test_a_mixture_seen_with_noise_gives_back_points_of_it() -> None:
    points = clusters(2_000, 4)
    mixture = Mixture(np.full(4, 0.25), 8 * np.eye(4), np.stack([np.eye(4)] * 4))
    random = np.random.default_rng(0)
    drawn = mixture.seen_through(2.0).drawn(points + 2 * random.standard_normal(points.shape), random)
    np.testing.assert_allclose(drawn.mean(0), points.mean(0), atol=0.2)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(points.T), atol=0.6)
