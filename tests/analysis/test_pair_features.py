"""Features of aligned pairs tell recoloured copies from line art, in any order and in blocks of any size."""

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional

from pochade.analysis.pair_features import FEATURES_PER_PAIR, PairInputs, pair_features, prepare_inputs
from pochade.analysis.registration import align
from tests.support.drawings import drawing, subject_square

EQUAL_EMBEDDINGS = torch.ones(2, 64) / 8


def features_of(inputs: PairInputs, embeddings: Tensor, pairs: Tensor) -> Tensor:
    """The features of pairs at their best alignment."""
    return pair_features(inputs.pixels, embeddings, pairs, align(inputs.edge_maps, pairs))


def named_features(first: Image.Image, second: Image.Image) -> dict[str, float]:
    """Some of the features of one pair, by name."""
    inputs = prepare_inputs([subject_square(first), subject_square(second)])
    features = features_of(inputs, EQUAL_EMBEDDINGS, torch.tensor([[0, 1], [1, 0]]))
    names = (
        "cosine", "edge correlation", "coverage", "correlation", "difference", "least unexplained", "most unexplained"
    )  # fmt: skip
    return dict(zip(names, features[0].tolist(), strict=False))


def test_an_empty_page_has_no_edges_and_finite_features() -> None:
    pages = np.full((2, 96, 96, 3), 255, np.uint8)
    features = features_of(prepare_inputs(list(pages)), EQUAL_EMBEDDINGS, torch.tensor([[0, 1]]))
    assert features.shape == (1, FEATURES_PER_PAIR)
    assert torch.isfinite(features).all()


def test_a_recoloured_copy_follows_from_the_colours_and_line_art_does_not() -> None:
    original = drawing(5)
    swapped = Image.merge("RGB", original.split()[::-1])
    lines = original.convert("L").filter(ImageFilter.FIND_EDGES).point([255 - value for value in range(256)])
    assert named_features(original, swapped)["most unexplained"] < 0.1
    assert named_features(original, lines)["most unexplained"] > 0.3


def test_the_order_of_a_pair_hardly_matters() -> None:
    inputs = prepare_inputs([subject_square(drawing(1)), subject_square(drawing(1).rotate(90))])
    features = features_of(inputs, EQUAL_EMBEDDINGS, torch.tensor([[0, 1], [1, 0]]))
    assert torch.allclose(features[0], features[1], atol=0.15)


def test_pairs_have_the_same_features_alone_and_among_others() -> None:
    inputs = prepare_inputs([subject_square(drawing(seed)) for seed in range(6)])
    embeddings = functional.normalize(torch.randn(6, 64, generator=torch.Generator().manual_seed(0)))
    pairs = torch.combinations(torch.arange(6))
    alone = torch.cat([features_of(inputs, embeddings, pair.view(1, 2)) for pair in pairs])
    assert torch.allclose(features_of(inputs, embeddings, pairs), alone, atol=1e-4)


def test_inputs_are_small_enough_for_a_hundred_thousand_pictures() -> None:
    inputs = prepare_inputs([np.zeros((96, 96, 3), np.uint8)])
    assert sum(part.numel() * part.element_size() for part in inputs) < 12_000
