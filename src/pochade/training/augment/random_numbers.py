"""Random numbers that depend on a seed alone: the same on a CPU and on a GPU, whatever was drawn elsewhere.

A counter-based generator hashes the position of each number (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2,
3", SC 2011). So a batch is computed in parallel on the device of the model, and an interrupted run needs no state but
its seed and its step.

    seed, call ──►──┤key├──►──┐
    position 0, 1, 2, … ──►──┤hash├──► 32 bits ──►──┤uniform, normal, integers, mask├──► (shape)
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

GOLDEN_RATIO = 0x9E3779B97F4A7C15  # of 64 bits, odd: multiples of it differ in all bits
# The finaliser `lowbias32` (Wellons, "Prospecting for Hash Functions", 2018), which passes avalanche tests.
SHIFTS, FACTORS = (16, 15, 16), (0x7FEB352D, 0x846CA68B)
MANTISSA_BITS = 24  # of a float32, so that all uniform numbers are exact
WORD, WORD_BITS = 2**32, 32
FEW = 4096  # numbers; so few are made faster by numpy and copied than by two dozen small steps on a GPU
CPU = torch.device("cpu")


class RandomNumbers:
    """A stream of random tensors. Two streams of one seed give the same tensors to the same calls in the same order.

    Uniform numbers, integers and masks are equal on all devices to the last bit; normal numbers to about 1e-6.

    Args:
        seed: From 0 to 2^63 - 1.
        device: Where the tensors are made.
    """

    def __init__(self, seed: int, device: torch.device | str = "cpu") -> None:
        self.seed = seed
        self.device = torch.device(device)
        self._calls = 0

    @classmethod
    def from_torch(cls, device: torch.device | str = "cpu") -> "RandomNumbers":
        """Begin a stream whose seed is the next number of torch's global generator on the CPU."""
        return cls(int(torch.randint(2**62, (1,), device="cpu")), device)

    def uniform(self, shape: Sequence[int], low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform random numbers from `low` to below `high`: float32 of the shape."""
        numbers = self._mantissas(math.prod(shape), self.device)
        return (numbers.float() * ((high - low) / 2**MANTISSA_BITS) + low).view(*shape)

    def normal(self, shape: Sequence[int], deviation: float = 1.0) -> Tensor:
        """Normally distributed random numbers of mean 0: float32 of the shape (Box & Muller, 1958)."""
        count = math.prod(shape)
        half = (count + 1) // 2
        radius = self.uniform((half,)).neg_().add_(1).log_().mul_(-2).sqrt_().mul_(deviation)  # 1 - u is above 0
        angle = self.uniform((half,), 0, 2 * math.pi)
        return torch.cat([radius * angle.cos(), radius * angle.sin()])[:count].view(*shape)

    def integers(self, shape: Sequence[int], low: int, high: int) -> Tensor:
        """Random integers from `low` to `high` - 1: int64 of the shape. The range is at most 2^24."""
        numbers = self._mantissas(math.prod(shape), self.device)
        return ((numbers.long() * (high - low)) >> MANTISSA_BITS).add_(low).view(*shape)

    def integer(self, low: int, high: int) -> int:
        """One random integer from `low` to `high` - 1, the same for a whole batch. No device is waited for."""
        return low + self._next_key() % (high - low)

    def per_picture(self, count: int, low: float, high: float) -> Tensor:
        """One uniform random number for each picture of a batch: (B, 1, 1, 1)."""
        return self.uniform((count, 1, 1, 1), low, high)

    def mask(self, count: int, share: float) -> Tensor:
        """Select each picture of a batch with a probability, `share`: (B,) bool."""
        return self.uniform((count,)) < share

    def occasional(self, count: int, share: float, low: float, high: float, otherwise: float) -> Tensor:
        """A uniform random number for a random share of the pictures, and a constant for the rest: (B, 1, 1, 1)."""
        numbers = self.uniform((count,), low, high)
        return torch.where(self.mask(count, share), numbers, otherwise).view(-1, 1, 1, 1)

    def rows(self, count: int, share: float) -> Tensor:
        """Which pictures of a batch belong to a random share: their rows (b,), int64, in ascending order.

        They are chosen on the CPU, so that their number is known without waiting for the device.
        """
        chosen = self._mantissas(count, CPU) < share * 2**MANTISSA_BITS
        return torch.nonzero(chosen).flatten().to(self.device, non_blocking=True)

    def apply(self, share: float, change: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """Apply a change to a random share of the pictures; it is computed for these only.

        Args:
            share: The probability that a picture is changed, 0 to 1.
            change: Maps some pictures of the batch (b, C, H, W) to changed ones of the same shape.
            x: The batch (B, C, H, W), on the device of these numbers.

        Returns:
            The batch with changed pictures (B, C, H, W); `x` stays as it is.
        """
        return self.apply_(share, change, x.clone())

    def apply_(self, share: float, change: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """Do the same as `apply`, in place: `x` itself is changed and returned."""
        rows = self.rows(len(x), share)
        return x.index_copy_(0, rows, change(x[rows])) if len(rows) else x

    def _mantissas(self, count: int, device: torch.device) -> Tensor:
        """24 random bits for each of `count` positions: int32, 0 to 2^24 - 1."""
        first, second = self._next_key(), self._next_key()
        if count <= FEW:
            words = np.arange(count, dtype=np.uint32) + np.uint32(first)
            words = _hash_array(_hash_array(words) ^ np.uint32(second)) >> np.uint32(WORD_BITS - MANTISSA_BITS)
            return torch.from_numpy(words.view(np.int32)).to(device, non_blocking=True)
        x = torch.arange(count, dtype=torch.int32, device=device)
        x = _hash(_hash(x.add_(_to_signed(first))).bitwise_xor_(_to_signed(second)))
        return x.bitwise_right_shift_(WORD_BITS - MANTISSA_BITS).bitwise_and_(2**MANTISSA_BITS - 1)

    def _next_key(self) -> int:
        """32 bits that depend on the seed and the number of earlier calls."""
        self._calls += 1
        x = (self.seed + self._calls * GOLDEN_RATIO) % 2**64
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # SplitMix64
            x = ((x ^ (x >> shift)) * factor) % 2**64
        return (x ^ (x >> 31)) >> WORD_BITS


def _hash(x: Tensor) -> Tensor:
    """Map 32-bit integers one-to-one to others that look random, in place."""
    for shift, factor in zip(SHIFTS, (*FACTORS, None), strict=True):
        x.bitwise_xor_((x >> shift).bitwise_and_(2 ** (WORD_BITS - shift) - 1))  # a shift that fills with zeros
        if factor is not None:
            x.mul_(_to_signed(factor))
    return x


def _hash_array(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Map 32-bit integers one-to-one to others that look random; the result is that of `_hash`."""
    for shift, factor in zip(SHIFTS, (*FACTORS, 1), strict=True):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x


def _to_signed(word: int) -> int:
    """The int32 with the bits of an unsigned 32-bit integer."""
    return word - WORD if word >= WORD // 2 else word
