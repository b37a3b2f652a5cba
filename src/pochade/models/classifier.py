"""A small classifier: not a product, but the ruler by which samples are measured.

Its penultimate layer gives the features in which sets of pictures are compared (`training/evaluation/set_distance.py`). It learns from the
training split's labels, is frozen, and no autoencoder ever sees it.
"""

from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.nn import functional

from pochade.models.conv_stacks import ConvConfig, ConvEncoder


@dataclass(frozen=True)
class ClassifierConfig:
    """What a `Classifier` is built from; kept in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=lambda: ConvConfig(widths=(24, 48, 96)))
    classes: int = 10
    features: int = 64  # numbers in the penultimate layer


class Classifier(nn.Module):
    """Pictures to features and class scores.

        x (B, 1, 28, 28) ──►──┤encoder, flatten, linear, ReLU├──►── features (B, 64) ──►──┤linear├──►── scores (B, 10)

    Args:
        config: Sizes.
    """

    def __init__(self, config: ClassifierConfig | None = None) -> None:
        super().__init__()
        self.config = config or ClassifierConfig()
        stack = self.config.convolutions
        self.encoder = nn.Sequential(
            ConvEncoder(stack), nn.Flatten(), nn.Linear(stack.feature_count, self.config.features), nn.ReLU()
        )
        self.scores = nn.Linear(self.config.features, self.config.classes)

    def encode(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] to features (B, F)."""
        features: Tensor = self.encoder(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (B, C, H, W) in [0, 1] to class scores (B, classes); their softmax is the probability."""
        scores: Tensor = self.scores(self.encode(x))
        return scores


def classification_loss(net: Classifier, x: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy, in nats.

    Args:
        net: The classifier.
        x: Pictures (B, C, H, W) in [0, 1].
        labels: Class of each picture (B,).
    """
    return functional.cross_entropy(net(x), labels)
