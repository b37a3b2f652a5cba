"""A small reference classifier: generated pictures are compared with real ones in its feature space.

The features are those of its penultimate layer; `training/evaluation/set_distance.py` compares them. The classifier is
trained on the labels of the training split and then frozen. No autoencoder is trained with it.
"""

from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.nn import functional

from pochade.models.conv_stacks import ConvConfig, ConvEncoder


@dataclass(frozen=True)
class ClassifierConfig:
    """What a `Classifier` is built from; stored in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=lambda: ConvConfig(widths=(24, 48, 96)))
    classes: int = 10
    features: int = 64  # size of the penultimate layer


class Classifier(nn.Module):
    """Pictures to features and class scores.

        x (B, 1, 28, 28) ──►──┤encoder├──►── features (B, 64) ──►──┤scores├──►── class scores (B, 10)

    Args:
        config: The sizes.
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
        """Map pictures (B, C, H, W) in [0, 1] to features (B, F)."""
        features: Tensor = self.encoder(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, C, H, W) in [0, 1] to logits (B, classes)."""
        scores: Tensor = self.scores(self.encode(x))
        return scores


def classification_loss(model: Classifier, x: Tensor, labels: Tensor) -> Tensor:
    """The mean cross-entropy, in nats.

    Args:
        model: The classifier.
        x: Pictures (B, C, H, W) in [0, 1].
        labels: Class of each picture (B,).

    Returns:
        A scalar.
    """
    return functional.cross_entropy(model(x), labels)
