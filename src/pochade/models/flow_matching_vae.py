"""The generator's network: a variational autoencoder whose decoder is a flow-matching transformer.

A plain decoder maps a latent to the mean of all pictures that the latent may stand for, which is blurred. Here the
decoder carries noise, step by step, to one of these pictures. So the result is sharp, and whatever the latent leaves
open is sampled (Lipman et al., "Flow Matching for Generative Modeling", ICLR 2023; Preechakul et al., "Diffusion
Autoencoders", CVPR 2022). It works on the latent grid of a `SketchVAE`. It predicts the clean grid (x0) instead of the
velocity, because low-dimensional targets are easier to predict (Li & He, "Back to Basics: Let Denoising Generative
Models Denoise", 2025).

Everything linear is computed, not learnt: the latents start as principal components, and the decoder starts from their
reconstruction and the best linear estimate of what the noise hides (a Wiener filter; Karras et al., "Elucidating the
Design Space of Diffusion-Based Generative Models", NeurIPS 2022). The transformers learn only the remainder, which
saves most of the training. The loss is in `training/losses/flow_matching.py`.
"""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.models.model_configs import FlowMatchingConfig
from pochade.models.vae import LOG_VARIANCE_LIMIT, Posterior

TIME_FREQUENCIES = 64  # sines, and as many cosines, in the embedding of the time
MAX_TIME_FREQUENCY = 1_000.0  # radians per unit of time; the lowest frequency is 1
ENCODER_FEATURES = 16  # features of each place from which the encoder corrects the principal components
MIN_VARIANCE = 1e-6  # keeps the quotient of the Wiener filter finite
INITIAL_LOG_VARIANCE = -3.0  # of the posteriors of an untrained model


class FlowMatchingVAE(nn.Module):
    """Grids (B, 128, 8, 8) to latents (B, 64), and latents to grids.

    The encoder corrects principal components:

        y ──►──┤normalise├──┬──►──┤project on directions, divide by spread├──►──(+)──► mean ─────────┬──► z (B, 64)
                            └──►──┤reader├──┤gathered├──┤posterior├──►───────────┴───► log_variance ─┘

    The decoder predicts the clean grid from a noisy one, once for each time step. Here `base` is `linear_decode(z)`,
    and the conditioning is `told(z) + timed(time)`:

        x (noisy) ──┬──►──┤Wiener filter with rest├──►──(+)──► clean grid
        base ───────┤                                    │
                    └──►──┤drawer├──┤leave├──►───────────┘
        conditioning ──►──┘

    The attributes have the names of the stored weights. `reader` is the transformer of the encoder, and `drawer` that
    of the decoder. `told` embeds the latent, `timed` embeds the time, and `leave` maps tokens to channels. `rest` is
    the variance that the principal components leave unexplained.

    Args:
        config: The sizes.
    """

    def __init__(self, config: FlowMatchingConfig | None = None) -> None:
        super().__init__()
        self.config = config or FlowMatchingConfig()
        width, latent, channels = self.config.width, self.config.latent_dim, self.config.channels
        place_count = self.config.places**2
        self.centre: Tensor  # mean of each channel
        self.scale: Tensor  # unit of each channel
        self.middle: Tensor  # mean of all normalised numbers of a grid
        self.directions: Tensor  # principal directions
        self.spread: Tensor  # standard deviation along each direction
        self.rest: Tensor  # variance of each channel that the directions leave unexplained
        self.register_buffer("centre", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))
        self.register_buffer("middle", torch.zeros(channels * place_count))
        self.register_buffer("directions", torch.zeros(latent, channels * place_count))
        self.register_buffer("spread", torch.ones(latent))
        self.register_buffer("rest", torch.ones(channels))
        self.reader = Transformer(channels, width, place_count, self.config.reading, self.config.heads)  # the encoder
        self.gathered = nn.Linear(width, ENCODER_FEATURES)  # per place
        self.posterior = nn.Linear(ENCODER_FEATURES * place_count, 2 * latent)  # correction and log-variance
        # the decoder
        self.drawer = Transformer(2 * channels, width, place_count, self.config.drawing, self.config.heads)
        self.told = nn.Sequential(nn.Linear(latent, width), nn.SiLU(), nn.Linear(width, width))  # embeds the latent
        self.timed = nn.Sequential(  # embeds the time
            nn.Linear(2 * TIME_FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.leave = nn.Linear(width, channels)  # tokens to channels
        for last in (self.leave, self.posterior):  # an untrained model is linear
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        nn.init.constant_(self.posterior.bias[latent:], INITIAL_LOG_VARIANCE)

    def encode(self, y: Tensor) -> Posterior:
        """Map grids (B, 128, 8, 8) to their posteriors: mean and log-variance (B, 64)."""
        x = self.normalise(y)
        linear = (x.flatten(1) - self.middle) @ self.directions.T / self.spread  # (B, 64)
        features = self.gathered(self.reader(_grid_to_tokens(x), None)).flatten(1)
        correction, log_variance = self.posterior(features).chunk(2, 1)
        return Posterior(linear + correction, log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT))

    def predict_clean(self, x: Tensor, time: Tensor, z: Tensor) -> Tensor:
        """Predict the clean grid that a noisy grid leads to.

        Args:
            x: Normalised noisy grids (B, 128, 8, 8).
            time: From 0, all noise, to 1, no noise (B,).
            z: Latents (B, 64).

        Returns:
            Normalised clean grids (B, 128, 8, 8).
        """
        base = self.linear_decode(z)
        conditioning = self.told(z) + self.timed(sinusoidal_embedding(time))
        correction = self.leave(self.drawer(_grid_to_tokens(torch.cat([x, base], 1)), conditioning))
        t, variance = time.view(-1, 1, 1, 1), _per_channel(self.rest)
        gain = t * variance / (t.square() * variance + (1 - t).square()).clamp(min=MIN_VARIANCE)  # the Wiener filter
        return base + gain * (x - t * base) + _tokens_to_grid(correction, self.config.places)

    def linear_decode(self, z: Tensor) -> Tensor:
        """Map latents (B, 64) to normalised grids (B, 128, 8, 8) by principal components alone: smooth and blurred."""
        places = self.config.places
        return (self.middle + (z * self.spread) @ self.directions).unflatten(1, (-1, places, places))

    @torch.no_grad()
    def sample(self, z: Tensor, noise: Tensor, steps: int) -> Tensor:
        """Generate grids from latents and noise, by Euler steps along the flow.

        Args:
            z: Latents (B, 64).
            noise: Standard normal noise (B, 128, 8, 8); it decides what the latents leave open.
            steps: Number of steps.

        Returns:
            Grids (B, 128, 8, 8).
        """
        x, times = noise, _time_grid(steps)
        for t, next_t in pairwise(times):
            clean = self.predict_clean(x, t.expand(len(x)), z)
            x = x + (clean - x) * ((next_t - t) / (1 - t))
        return self.denormalise(x)

    @torch.no_grad()
    def invert(self, y: Tensor, z: Tensor, last_noise: Tensor, steps: int) -> Tensor:
        """Find noise from which `sample` approximately reproduces given grids, by taking its steps in reverse.

        Args:
            y: Grids (B, 128, 8, 8).
            z: Their latents (B, 64).
            last_noise: Noise of y's shape. The last step of `sample` removes all remaining noise and can't be inverted,
                so the inversion starts before that step, with this noise.
            steps: Number of steps, as for `sample`.

        Returns:
            Noise (B, 128, 8, 8).
        """
        times = _time_grid(steps)
        x = last_noise.lerp(self.normalise(y), float(times[-2]))
        for next_t, t in pairwise(reversed(times[:-1])):
            share = (next_t - t) / (1 - t)
            x = (x - self.predict_clean(x, next_t.expand(len(x)), z) * share) / (1 - share)
        return x

    def normalise(self, y: Tensor) -> Tensor:
        """Map grids (B, 128, 8, 8) to units in which each channel has mean zero."""
        return (y - _per_channel(self.centre)) / _per_channel(self.scale)

    def denormalise(self, x: Tensor) -> Tensor:
        """Map normalised grids (B, 128, 8, 8) back to their original units: the inverse of `normalise`."""
        return x * _per_channel(self.scale) + _per_channel(self.centre)


class Transformer(nn.Module):
    """A transformer over the places of a grid, with learnt positions (Vaswani et al., NeurIPS 2017).

        x (B, N, C) ──►──┤enter├──(+ where)──┤blocks├──┤RMS norm├──► (B, N, W)
                                                 │
                conditioning (B, W) ──►──┤told├──┘  scales, shifts and gates each block (Peebles & Xie, ICCV 2023)

    One modulation is computed for all blocks (Chen et al., "PixArt-alpha", ICLR 2024). `enter` embeds the input tokens,
    `where` are the positions, and `told` is the modulation.

    Args:
        channels: Size of an input token, C.
        width: Size of an inner token, W.
        token_count: Number of tokens, N.
        depth: Number of blocks.
        heads: Attention heads.
    """

    def __init__(self, channels: int, width: int, token_count: int, depth: int, heads: int) -> None:
        super().__init__()
        self.enter = nn.Linear(channels, width)  # input tokens to inner tokens
        self.where = nn.Parameter(torch.randn(1, token_count, width) * 0.02)  # position embeddings
        self.told = nn.Linear(width, 6 * width)  # the modulation
        self.blocks = nn.ModuleList(TransformerBlock(width, heads) for _ in range(depth))
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.told.bias)

    def forward(self, x: Tensor, conditioning: Tensor | None) -> Tensor:
        """Map tokens (B, N, C), and their conditioning (B, W) if there is any, to tokens (B, N, W)."""
        tokens = self.enter(x) + self.where
        if conditioning is None:
            modulation = self.told.bias.expand(x.shape[0], -1)  # `len` would fix the size when exported
        else:
            modulation = self.told(functional.silu(conditioning))  # (B, 6 W)
        for block in self.blocks:
            tokens = block(tokens, modulation)
        return rms_normalise(tokens)


class TransformerBlock(nn.Module):
    """Depthwise convolution, attention and a feed-forward layer; the last two are scaled, shifted and gated.

        x ──┬──┤beside├──(+)──┬──┤asked, attention, answered├──(+)──┬──┤wide, ReLU², narrow├──(+)──► y (B, N, W)
            └──────►──────┘   └──────────────►──────────────────┘   └───────────►──────────────┘

    `beside` is the depthwise convolution. `asked` projects to queries, keys and values, and `answered` projects back.
    `own` is added to the shared modulation.

    Args:
        width: Size of a token, W.
        heads: Attention heads.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        initial = torch.tensor([0.0, 0.0, 0.5, 0.0, 0.0, 0.5])  # scale, shift and gate, twice
        self.own = nn.Parameter(initial.repeat_interleave(width))  # this block's modulation (6 W,)
        self.beside = nn.Conv2d(width, width, 3, padding=1, groups=width)  # mixes neighbouring places
        nn.init.zeros_(self.beside.weight)
        self.asked, self.answered = nn.Linear(width, 3 * width), nn.Linear(width, width)  # attention, in and out
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)  # feed-forward

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        """Map tokens (B, N, W), with the modulation (B, 6 W), to tokens (B, N, W)."""
        scale, shift, gate, scale_2, shift_2, gate_2 = (modulation + self.own).unsqueeze(1).chunk(6, 2)  # (B, 1, W)
        x = x + _grid_to_tokens(self.beside(_tokens_to_grid(x, math.isqrt(x.shape[1]))))
        x = x + gate * self._attend(rms_normalise(x) * (1 + scale) + shift)
        hidden = torch.relu(self.wide(rms_normalise(x) * (1 + scale_2) + shift_2)).square()
        y: Tensor = x + gate_2 * self.narrow(hidden)
        return y

    def _attend(self, x: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.asked(x).chunk(3, 2)
        )  # (B, heads, N, W / heads)
        mixed = functional.scaled_dot_product_attention(rms_normalise(query), rms_normalise(key), value)
        y: Tensor = self.answered(mixed.transpose(1, 2).flatten(2))
        return y


def rms_normalise(x: Tensor) -> Tensor:
    """Scale vectors (…, W) to a mean square of one (Zhang & Sennrich, "Root Mean Square Layer Norm", NeurIPS 2019)."""
    return functional.rms_norm(x, x.shape[-1:])


def sinusoidal_embedding(times: Tensor) -> Tensor:
    """Embed times (B,) as sines and cosines (B, 128) of exponentially growing frequencies."""
    frequencies = torch.exp(torch.linspace(0, math.log(MAX_TIME_FREQUENCY), TIME_FREQUENCIES, device=times.device))
    angles = times[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], 1)


def _time_grid(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps + 1)


def _per_channel(numbers: Tensor) -> Tensor:
    """(C,) to (1, C, 1, 1)."""
    return numbers.view(1, -1, 1, 1)


def _grid_to_tokens(x: Tensor) -> Tensor:
    """(B, C, h, w) to (B, h * w, C)."""
    return x.flatten(2).transpose(1, 2)


def _tokens_to_grid(tokens: Tensor, places: int) -> Tensor:
    """(B, h * w, C) to (B, C, h, w)."""
    return tokens.transpose(1, 2).unflatten(2, (places, places))
