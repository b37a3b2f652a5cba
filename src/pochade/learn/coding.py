"""The loss of codes: each piece redrawn as well as the bits allow, at the step that just fills its code."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from pochade.learn.damage import Sources, recomposed
from pochade.nets.code import CodeVAE, coding_loss, rounded

BITS = 8 * 253  # what a code of 256 bytes has room for besides its header
PRICE = 0.0046  # nats for a bit: 300 numbers that cost one bit more each have a quarter of the squared error
RESPONSE = 400.0  # bits that halving all steps costs, about
FINEST, COARSEST = 5.0, -3.0  # natural logarithms of steps to the unit


class Coding:
    """A loss that remembers at which step each piece just filled its code the last time.

    Args:
        pieces: How many pieces there are.
    """

    def __init__(self, pieces: int) -> None:
        self.log_steps = torch.zeros(pieces)

    def loss(self, net: CodeVAE, pictures: Tensor, frames: Tensor, pieces: Tensor) -> Tensor:
        """One number: the mean logarithm of the squared errors, and the price of the bits, in nats.

        Args:
            net: The net that learns.
            pictures: Sources (B, 3, S, S) in [0, 1].
            frames: Their widths and heights (B, 2), as parts of S.
            pieces: The number of each piece (B,).
        """
        x = recomposed(Sources(pictures, frames), net.config.side).contiguous(memory_format=torch.channels_last)
        latents = net.encode(x)
        log_steps = self.log_steps[pieces]
        noise = torch.rand(len(pieces), latents[0, 0].numel(), latents.shape[1]) - 0.5
        cost = net.cost(latents, log_steps, noise)
        means = net.means[cost.classes].transpose(1, 2).view_as(latents)  # of each place's class
        steps = log_steps.exp().view(-1, 1, 1, 1)
        kept = means + rounded((latents - means) * steps) / steps
        errors = (net.decode(kept, log_steps) - x[:, :3]).square().flatten(1).mean(1)
        moved = log_steps + (BITS - cost.bits.detach()).clamp(-800, 800) / RESPONSE * math.log(2) / 2
        self.log_steps[pieces] = moved.clamp(COARSEST, FINEST)
        return coding_loss(cost.bits, errors, PRICE) + functional.relu(cost.bits - 2 * BITS).mean() * 0.01
