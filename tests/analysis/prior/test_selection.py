"""A flow is a candidate where many latents and torch are at hand; without torch, the others are chosen among."""

import pytest

from pochade.analysis.prior import LatentPrior, selection
from tests.support.latents import ring_latents


@pytest.mark.slow
@pytest.mark.parametrize(("torch_is_installed", "has_flow"), [(True, True), (False, False)])
def test_a_flow_is_a_candidate_where_torch_is_installed(
    torch_is_installed: bool, has_flow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MIN_FLOW_LATENTS", 400)
    if not torch_is_installed:
        monkeypatch.setattr(selection, "can_train", lambda: False)
    prior = LatentPrior.fit(ring_latents(1_000))
    assert ("flow" in prior.scores) is has_flow
    assert prior.sample(3).shape == (3, ring_latents(1).shape[1])
