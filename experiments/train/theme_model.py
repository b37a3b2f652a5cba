"""The theme model: what a picture shows, as far as a classifier of photographs knows it.

It is EfficientNet-Lite0 (Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML
2019; the Lite variant by Liu, 2020) without its last layer. Instead of its 1,000 classes, the model returns a few
principal components of its features, so pictures with related subjects are near each other.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.embedding.theme_embedder import COMPONENTS

STEM_CHANNELS = 32  # after the first convolution
FIRST_CHANNELS = 16  # after the first block
# Channels, kernel size, stride of the first block, and number of blocks of each stage
STAGES = ((24, 3, 2, 2), (40, 5, 2, 2), (80, 3, 2, 3), (112, 5, 1, 3), (192, 5, 2, 4), (320, 3, 1, 1))
EXPANSION = 6  # times as many channels inside a block
FEATURES = 1280  # that are pooled over the picture
STATISTICS_AFTER = (6, 9, 12, 15)  # layers whose channels tell how a picture was made: flat areas, strokes, texture
MIDDLE_LEVEL, LEVEL_SCALE = 127 / 255, 128 / 255  # of the pixels in the classifier's training


class PaddedConvolution(nn.Conv2d):
    """A convolution with a bias that pads as TensorFlow does: at stride 2, more at the right and at the bottom.

    The batch normalisation that followed each convolution in training is part of its weights.

    Args:
        in_channels: Input channels.
        out_channels: Output channels.
        kernel: Pixels per side of the kernel, an odd number.
        stride: 1 keeps the size, 2 halves it.
        groups: Groups of channels that don't mix.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(in_channels, out_channels, kernel, stride, groups=groups)
        total = kernel - stride if kernel > 1 else 0
        before, after = total // 2, total - total // 2
        self.margins = (before, after, before, after)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  torch names it so
        """Map feature maps (B, in, h, w) to feature maps (B, out, h / stride, w / stride)."""
        return super().forward(functional.pad(input, self.margins) if any(self.margins) else input)


class InvertedBlock(nn.Module):
    """An inverted residual block (Sandler et al., "MobileNetV2", CVPR 2018).

        x ──►──┬──┤expand├──►──┤filter each channel├──►──┤reduce├──(+)──► y
               └────────────────────────►──────────────────────────┘ if the shape stays the same

    Args:
        in_channels: Input channels.
        out_channels: Output channels.
        kernel: Pixels per side of the filters.
        stride: 1 keeps the size, 2 halves it.
        expansion: Channels inside, as a multiple of the input's.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = in_channels * expansion
        expand = [PaddedConvolution(in_channels, inner), nn.ReLU6(inplace=True)] if expansion > 1 else []
        self.layers = nn.Sequential(
            *expand,
            PaddedConvolution(inner, inner, kernel, stride, groups=inner),
            nn.ReLU6(inplace=True),
            PaddedConvolution(inner, out_channels),
        )
        self.has_skip = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """Map feature maps (B, in, h, w) to feature maps (B, out, h / stride, w / stride)."""
        y: Tensor = self.layers(x)
        return y + x if self.has_skip else y


class ThemeModel(nn.Module):
    """Pictures to theme embeddings.

        x (B, 3, S, S) ──►──┤features├──► (B, 1280, S / 32, S / 32) ──►──┤mean├──► (B, 1280)
                                │                                                   │
        statistics (B, 848) ◄───┘                                                   │
         embedding (B, 64) ◄──┤unit length├──◄──┤principal components├───◄──────────┘

    The statistics are the means and the standard deviations of channels in the middle of the features. They say little
    of what a picture shows and much of how it was made (after Gatys et al., "Image Style Transfer Using Convolutional
    Neural Networks", CVPR 2016).
    """

    def __init__(self) -> None:
        super().__init__()
        blocks, channels = [InvertedBlock(STEM_CHANNELS, FIRST_CHANNELS, 3, 1, 1)], FIRST_CHANNELS
        for out_channels, kernel, stride, count in STAGES:
            for position in range(count):
                blocks.append(InvertedBlock(channels, out_channels, kernel, 1 if position else stride, EXPANSION))
                channels = out_channels
        self.features = nn.Sequential(
            PaddedConvolution(3, STEM_CHANNELS, 3, 2),
            nn.ReLU6(inplace=True),
            *blocks,
            PaddedConvolution(channels, FEATURES),
            nn.ReLU6(inplace=True),
        )
        self.components = nn.Linear(FEATURES, COMPONENTS)

    def pooled_features(self, x: Tensor) -> Tensor:
        """Map pictures (B, 3, S, S) in [0, 1] to the means of their features (B, 1280)."""
        return self._features_and_statistics(x)[0]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map pictures (B, 3, S, S) in [0, 1] to unit vectors (B, 64) and statistics (B, 848)."""
        features, statistics = self._features_and_statistics(x)
        return functional.normalize(self.components(features)), statistics

    def _features_and_statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features, statistics = (x - MIDDLE_LEVEL) / LEVEL_SCALE, list[Tensor]()
        for position, layer in enumerate(self.features):
            features = layer(features)
            if position in STATISTICS_AFTER:
                deviations, means = torch.std_mean(features, (2, 3))
                statistics += [means, deviations]
        return features.mean((2, 3)), torch.cat(statistics, 1)
