"""The loss of codes: each piece redrawn as well as the bits allow, at the step that just fills its code."""

import math

import torch
from torch import Tensor

from pochade.learn.damage import Sources, recomposed, undamaged
from pochade.nets.code import CodeVAE, coding_loss, rounded

BITS = 1_992  # what a code of 256 bytes has room for besides its header
PRICE = 0.0046  # nats for a bit: 300 numbers that cost one bit more each have a quarter of the squared error
RESPONSE = 800.0  # bits that halving all steps saves, about, and then half of the way is gone at a time
MOST_HALVINGS = 0.7  # of the steps, from one visit to the next
HALVINGS = 12  # of the range of steps
FINEST, COARSEST = 5.0, -3.0  # natural logarithms of steps to the unit


class Coding:
    """A loss that remembers at which step each piece just filled its code the last time.

    Args:
        pieces: How many pieces there are.
        ramp: Steps until the encoder pays the whole price of its bits, and the decoder sees whole steps only; in the
            first half of them it does neither. A net that must from the start learns to say nothing; one that was
            trained before needs no ramp.
    """

    def __init__(self, pieces: int, ramp: int = 1) -> None:
        self.log_steps = torch.full((pieces,), torch.nan)  # on the CPU, wherever the net is
        self.usual = torch.zeros(())  # for pieces not met before
        self.ramp, self.calls = ramp, 0

    def loss(self, net: CodeVAE, pictures: Tensor, frames: Tensor, pieces: Tensor) -> Tensor:
        """One number: the mean logarithm of the squared errors, and the price of the bits, in nats.

        Args:
            net: The net that learns.
            pictures: Sources (B, 3, S, S) in [0, 1].
            frames: Their widths and heights (B, 2), as parts of S.
            pieces: The number of each piece (B,).
        """
        self.calls += 1
        share = min(1.0, max(0.0, 2 * self.calls / self.ramp - 1))  # none in the first half
        with pictures.device:
            return self._loss(net, Sources(pictures, frames), pieces.cpu(), share)

    def _loss(self, net: CodeVAE, sources: Sources, pieces: Tensor, share: float) -> Tensor:
        x = recomposed(sources, net.config.side).contiguous(memory_format=torch.channels_last)
        latents = net.encode(x)
        known = self.log_steps[pieces]
        log_steps = torch.where(known.isnan(), self.usual, known).to(latents.device)
        cost = net.cost(partly(latents, share), log_steps)
        means = net.means[cost.classes].transpose(1, 2).view_as(latents)  # of each place's class
        steps = log_steps.exp().view(-1, 1, 1, 1)
        kept = torch.lerp(latents, means + rounded((latents - means) * steps) / steps, share)
        errors = (net.decode(kept, log_steps) - x[:, :3]).square().flatten(1).mean(1)
        moved = log_steps + math.log(2) * ((BITS - cost.bits.detach()) / RESPONSE).clamp(-MOST_HALVINGS, MOST_HALVINGS)
        self._remember(pieces, moved.clamp(COARSEST, FINEST).cpu(), share)
        return coding_loss(cost.bits, errors, PRICE)

    def _remember(self, pieces: Tensor, log_steps: Tensor, share: float) -> None:
        """The step for the next time; one for all pieces while the latents have not found their size."""
        self.usual = torch.lerp(self.usual, log_steps.mean(), 0.3 if share < 1 else 0.1)
        if share == 1:
            self.log_steps[pieces] = log_steps


def partly(latents: Tensor, share: float) -> Tensor:
    """The same latents, through which only that share of the gradient passes."""
    return share * latents + (1 - share) * latents.detach()


@torch.no_grad()
def usual_log_step(net: CodeVAE, sources: Sources) -> float:
    """The step at which half of these pictures fill their codes: the natural logarithm of how many make one unit.

    Args:
        net: A trained net.
        sources: Pictures in [0, 1]; a few hundred will do.
    """
    latents = net.encode(undamaged(sources, net.config.side))
    low, high = (torch.full((len(latents),), end, device=latents.device) for end in (COARSEST, FINEST))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fits = net.cost(latents, middle).bits <= BITS
        low, high = torch.where(fits, middle, low), torch.where(fits, high, middle)
    return float(low.median())
