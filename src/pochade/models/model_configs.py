"""What each shipped model is built from: its sizes, as they are stored with its weights. No torch is imported."""

from dataclasses import dataclass
from typing import Any

PAIR_RELATIONS = ("different", "variant", "version", "edit", "resave")  # of a pair, in the order of the logits
MARK_KINDS = ("drawn", "dust")  # in the order of the logits of a `MarkModel`
WINDOW_PIXELS = 9  # per side of the window of local means that a `Denoiser` sees


@dataclass(frozen=True)
class EmbeddingConfig:
    """What an `EmbeddingModel` is built from; stored in its checkpoint."""

    side: int = 96  # pixels per side of the input
    widths: tuple[int, ...] = (16, 48, 96, 192)  # feature maps after each halving
    head: int = 384  # features that are pooled over the picture
    latent_dim: int = 64  # size of an embedding


@dataclass(frozen=True)
class SketchConfig:
    """What a `SketchVAE` is built from; stored in its checkpoint."""

    side: int = 96  # pixels per side of a picture
    block: int = 16  # pixels per side of a transform block, which is one place of the latent grid
    groups: tuple[int, ...] = (16, 48, 64)  # latents per place in each group of the prior, coarse before fine
    widths: tuple[int, ...] = (16, 32, 64, 128)  # feature maps of the encoder after each halving
    drawing: tuple[int, ...] = (128, 64, 32)  # feature maps of the decoder at 6, 12 and 24 pixels per side
    fine: int = 48  # feature maps of the decoder's refinement at 24 pixels per side
    foretelling: int = 64  # hidden feature maps of the prior

    @property
    def latent_dim(self) -> int:
        """Latents per place."""
        return sum(self.groups)

    @property
    def places(self) -> int:
        """Places per side of the latent grid."""
        return self.side // self.block


@dataclass(frozen=True)
class PairConfig:
    """What a `PairModel` is built from; stored in its checkpoint."""

    compared: int = 66  # features of a pair, from `analysis/comparison/relation_features.py`
    hidden: int = 128  # size of the hidden layers
    members: int = 5  # perceptrons whose probabilities are averaged


@dataclass(frozen=True)
class MarkConfig:
    """What a `MarkModel` is built from; stored in its checkpoint."""

    features: int = 51  # of a mark, from `analysis/mark_features.py`
    hidden: int = 48  # size of the hidden layers
    members: int = 5  # perceptrons whose probabilities are averaged


@dataclass(frozen=True)
class DenoiserConfig:
    """What a `Denoiser` is built from; stored in its checkpoint and in archives."""

    planes: int = 3  # conditioning planes
    finds: int = 1  # output planes that hold logits of defects
    widths: tuple[int, ...] = (24, 48, 96, 128)  # feature maps at 1/2, 1/4, 1/8 and 1/16 of the size
    change: float = 1.0  # scales the U-Net's output: a codec's artifacts are a tenth of a scan's damage
    keeps_grey: bool = False  # whether `ArtifactRemover` keeps grey pictures grey

    @property
    def multiple(self) -> int:
        """Height and width of the input must be multiples of this."""
        return 2 ** len(self.widths)

    @property
    def reach(self) -> int:
        """The radius of the receptive field in pixels: every convolution adds its own radius."""
        last = len(self.widths) - 1
        convolutions = [2 + 2 * (scale < last) + (scale < last) for scale in range(last + 1)]  # down, up, halving
        radii = sum(count * 2 ** (scale + 1) for scale, count in enumerate(convolutions))
        return radii + 2 * 2 + self.multiple + WINDOW_PIXELS


@dataclass(frozen=True)
class PageConfig:
    """What a `PageModel` is built from; stored in its checkpoint."""

    side: int = 128  # pixels per side of the thumbnail, padded to a square by repeating its edges
    fold: int = 4  # pixels per side that become channels: slow changes need no fine scale
    widths: tuple[int, ...] = (32, 48, 64, 64)  # feature maps at 1/4, 1/8, 1/16 and 1/32 of the thumbnail
    coarse: int = 8  # pixels per side of the thumbnail for each value of the light


@dataclass(frozen=True)
class FlowMatchingConfig:
    """What a `FlowMatchingVAE` is built from; stored in its checkpoint."""

    places: int = 8  # places per side of a grid
    channels: int = 128  # numbers at each place
    width: int = 160  # size of a token
    heads: int = 5  # attention heads
    reading: int = 1  # transformer blocks of the encoder
    drawing: int = 6  # transformer blocks of the decoder
    latent_dim: int = 64


ShippedConfig = (
    EmbeddingConfig | SketchConfig | PairConfig | MarkConfig | DenoiserConfig | PageConfig | FlowMatchingConfig
)

# The names of the models in files, by their configs. These names never change.
STORED_KINDS: dict[type, str] = {
    EmbeddingConfig: "LookEncoder",
    SketchConfig: "CodeVAE",
    PairConfig: "PairNet",
    MarkConfig: "MarkNet",
    DenoiserConfig: "Restorer",
    PageConfig: "PageNet",
    FlowMatchingConfig: "DiffusionVAE",
}


def restore_tuples(config: dict[str, Any]) -> dict[str, Any]:
    """A config read from JSON, with tuples instead of lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
