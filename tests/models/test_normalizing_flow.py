"""A normalizing flow is invertible, and states its density exactly."""

import numpy as np
import pytest
import torch

from pochade.errors import UsageError
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow


def random_flow(config: FlowConfig) -> NormalizingFlow:
    """A flow with random weights."""
    flow = NormalizingFlow(config).eval()
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return flow


def test_a_flow_is_invertible() -> None:
    flow = random_flow(FlowConfig(5, layers=3, width=16))
    points = torch.randn(50, 5, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(flow.inverse(flow(points).points), points, atol=1e-4, rtol=1e-4)


def test_the_log_determinant_is_that_of_the_jacobian() -> None:
    flow = random_flow(FlowConfig(3, layers=2, width=8))
    point = torch.tensor([[0.3, -0.5, 0.8]])
    slopes = torch.autograd.functional.jacobian(lambda x: flow(x[None]).points[0], point[0])
    np.testing.assert_allclose(flow(point).log_determinant.item(), torch.linalg.slogdet(slopes)[1].item(), atol=1e-5)


def test_an_untrained_flow_is_a_normal_distribution() -> None:
    points = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    expected = torch.distributions.Normal(0, 1).log_prob(points).sum(1)
    torch.testing.assert_close(NormalizingFlow(FlowConfig(4)).log_density(points), expected)


def test_a_flow_over_single_numbers_is_refused() -> None:
    with pytest.raises(UsageError):
        FlowConfig(1)
