"""A normalizing flow states its density exactly, and runs without torch as it does with it."""

import numpy as np
import pytest
import torch

from pochade.errors import UsageError
from pochade.models.coupling_flow import CouplingFlow
from pochade.models.normalizing_flow import FlowConfig, NormalizingFlow, negative_log_likelihood


def random_flow(config: FlowConfig) -> NormalizingFlow:
    """A flow with random weights."""
    flow = NormalizingFlow(config).eval()
    for weight in flow.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return flow.requires_grad_(False)


def without_torch(flow: NormalizingFlow) -> CouplingFlow:
    """The same flow on arrays."""
    return CouplingFlow({name: tensor.numpy() for name, tensor in flow.state_dict().items()})


def points_of(dimensions: int) -> torch.Tensor:
    """Some points (50, D)."""
    return torch.randn(50, dimensions, generator=torch.Generator().manual_seed(0))


def test_the_log_determinant_is_that_of_the_jacobian() -> None:
    flow = random_flow(FlowConfig(3, layers=2, width=8))
    point = torch.tensor([[0.3, -0.5, 0.8]])
    slopes = torch.autograd.functional.jacobian(lambda x: flow(x[None]).points[0], point[0])
    np.testing.assert_allclose(flow(point).log_determinant.item(), torch.linalg.slogdet(slopes)[1].item(), atol=1e-5)


def test_an_untrained_flow_is_a_normal_distribution() -> None:
    points = points_of(4)
    expected = -torch.distributions.Normal(0, 1).log_prob(points).mean()
    torch.testing.assert_close(negative_log_likelihood(NormalizingFlow(FlowConfig(4)), points), expected)


def test_arrays_flow_as_tensors_do() -> None:
    flow, points = random_flow(FlowConfig(5, layers=3, width=16)), points_of(5)
    expected, (base, log_determinants) = flow(points), without_torch(flow).to_base(points.numpy())
    np.testing.assert_allclose(base, expected.points.numpy(), atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(log_determinants, expected.log_determinant.numpy(), atol=1e-4, rtol=1e-4)
    mean = -5 * negative_log_likelihood(flow, points).item()
    assert without_torch(flow).log_density(points.numpy()).mean() == pytest.approx(mean, abs=1e-4)


def test_a_flow_is_invertible() -> None:
    flow, points = without_torch(random_flow(FlowConfig(5, layers=3, width=16))), points_of(5).numpy()
    np.testing.assert_allclose(flow.from_base(flow.to_base(points)[0]), points, atol=1e-4, rtol=1e-4)


def test_a_flow_over_single_numbers_is_refused() -> None:
    with pytest.raises(UsageError):
        FlowConfig(1)
