"""The reference classifier gives features and class scores."""

import torch

from pochade.models.classifier import Classifier


def test_the_classifier_gives_features_and_scores() -> None:
    model, x = Classifier(), torch.rand(3, 1, 28, 28)
    assert model.encode(x).shape == (3, 64)
    assert model(x).shape == (3, 10)
