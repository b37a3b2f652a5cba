"""The features of labelled pairs, computed as the product computes them, on all cores."""

import io
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from experiments.pack.ordered_map import map_in_order
from experiments.pack.pack_file import Pack
from experiments.shared.openclipart import NEAR_BITS
from experiments.shared.perceptual_hash import hash_distances
from experiments.train.pair_examples import MadePicture, encode_thumbnail, make_pictures, pair_made_pictures
from pochade.analysis.comparison.alignment import guess_from_squares
from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.relation_features import FEATURES, relate
from pochade.analysis.registration import align
from pochade.embedding.embedder import shipped_embedder
from pochade.images.features.edge_map import edge_map
from pochade.images.geometry.letterbox import letterbox, make_squares
from pochade.models.model_configs import PAIR_RELATIONS

EMBEDDING_BATCH = 256  # pictures that are embedded at once
UNRELATED_NEIGHBOURS, MIN_COSINE = 8, 0.5  # pairs of different works, of each work
UNCLEAR_BITS = NEAR_BITS + 20  # of 256: pictures whose hashes differ by less may be related, so they aren't paired
MADE_SHARE = 0.4  # of the pairs of different works have a made picture


class PairExamples(NamedTuple):
    """Labelled pairs."""

    features: Tensor  # (P, 66)
    relations: Tensor  # (P,), numbers of `PAIR_RELATIONS`
    judged: Tensor  # (P,) bool, whether the pair was found in a collection and judged by eye
    named: Tensor  # (P,) bool, whether file names say that the pair are variants


class _Thumbnails(NamedTuple):
    contents: list[bytes]
    embeddings: np.ndarray  # (N, 64)
    edges: Tensor  # (N, 32, 32)


def pair_examples(pack: Pack, *, held_out: bool, most: int | None = None) -> PairExamples:
    """Make pairs of the works on one side of a pack's split, and add the natural pairs of that side.

    Args:
        pack: The pack `pairs`.
        held_out: Which side.
        most: How many works are taken; None for all.
    """
    on_side = pack.held_out == held_out
    works = torch.nonzero(on_side & pack.extra["is_work"]).flatten().tolist()[:most]
    pixels = list(pack.pictures(works))
    others = pixels[1:] + pixels[:1]
    made = map_in_order(_make, list(zip(pixels, others, works, strict=True)), "make pictures")
    known = torch.nonzero(on_side[pack.extra["pairs"]].all(1)).flatten()[:most]
    rows = sorted({row for number in known.tolist() for row in pack.extra["pairs"][number].tolist()})
    natural = map_in_order(_encode, list(pack.pictures(rows)), "read natural pictures")
    starts = np.cumsum([0] + [len(pictures) for pictures in made]).tolist()
    thumbnails = _measure([picture.thumbnail for pictures in made for picture in pictures] + natural)
    pairs = _made_pairs(made, starts) + _unrelated_pairs(pixels, starts, thumbnails)
    place = {row: starts[-1] + position for position, row in enumerate(rows)}
    natural_pairs = [
        (*(place[row] for row in pack.extra["pairs"][number].tolist()), int(pack.extra["relations"][number]))
        for number in known.tolist()
    ]
    return _examples(thumbnails, pairs, natural_pairs, pack.extra["judged"][known])


def _make(work: tuple[np.ndarray, np.ndarray, int]) -> list[MadePicture]:
    return make_pictures(*work)


def _encode(pixels: np.ndarray) -> bytes:
    return encode_thumbnail(Image.fromarray(pixels))


def _decode(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def _measure(contents: list[bytes]) -> _Thumbnails:
    embedder, embeddings, edges = shipped_embedder(), [], []
    for start in range(0, len(contents), EMBEDDING_BATCH):
        batch = contents[start : start + EMBEDDING_BATCH]
        squares = [make_squares(_decode(content)).subject for content in batch]
        embeddings.append(embedder.embed_squares(squares))
        edges.append(np.stack([edge_map(square.pixels) for square in squares]))
    return _Thumbnails(contents, np.concatenate(embeddings), torch.from_numpy(np.concatenate(edges)).float())


def _made_pairs(made: list[list[MadePicture]], starts: list[int]) -> list[tuple[int, int, int]]:
    return [
        (start + pair.first, start + pair.second, PAIR_RELATIONS.index(pair.relation))
        for number, (pictures, start) in enumerate(zip(made, starts, strict=False))
        for pair in pair_made_pictures(pictures, number)
    ]


def _unrelated_pairs(
    pixels: list[np.ndarray], starts: list[int], thumbnails: _Thumbnails
) -> list[tuple[int, int, int]]:
    """Pair each work with the works that its embedding is nearest to, unless the two may be related."""
    rng = np.random.default_rng(0)
    vectors = thumbnails.embeddings[starts[:-1]]
    cosines = vectors @ vectors.T - 2 * np.eye(len(vectors))
    bits = hash_distances(np.stack([letterbox(picture).pixels.mean(2) for picture in pixels]))
    cosines[bits < UNCLEAR_BITS] = -1
    nearest = np.argsort(-cosines, 1)[:, :UNRELATED_NEIGHBOURS]
    pairs = [(first, second) for first, row in enumerate(nearest.tolist()) for second in row]
    pairs = [(first, second) for first, second in pairs if cosines[first, second] >= MIN_COSINE]
    sizes = np.diff(starts)
    others = [int(rng.integers(sizes[second])) if rng.random() < MADE_SHARE else 0 for _, second in pairs]
    return [
        (starts[first], starts[second] + other, PAIR_RELATIONS.index("different"))
        for (first, second), other in zip(pairs, others, strict=True)
    ]


def _examples(
    thumbnails: _Thumbnails, made: list[tuple[int, int, int]], natural: list[tuple[int, int, int]], judged: Tensor
) -> PairExamples:
    """Compute the features of pairs (two thumbnails and a relation); pairs with nothing in common are left out."""
    table = np.array(made + natural, np.int64).reshape(-1, 3)
    pairs = table[:, :2]
    transforms = align(thumbnails.edges.numpy(), pairs).transforms.astype(np.float64)
    cosines = np.einsum("pd,pd->p", thumbnails.embeddings[pairs[:, 0]], thumbnails.embeddings[pairs[:, 1]])
    items = [
        (thumbnails.contents[first], thumbnails.contents[second], float(cosine), transform)
        for (first, second), cosine, transform in zip(pairs.tolist(), cosines, transforms, strict=True)
    ]
    measured = map_in_order(_relate, items, "compare pairs")
    compared = [(number, features) for number, features in enumerate(measured) if features is not None]
    kept = [number for number, _ in compared]
    features = np.stack([features for _, features in compared] or [np.empty(FEATURES, np.float32)])
    is_made = torch.zeros(len(made), dtype=torch.bool)
    is_judged, is_named = torch.cat([is_made, judged])[kept], torch.cat([is_made, ~judged])[kept]
    return PairExamples(torch.from_numpy(features), torch.from_numpy(table[kept, 2]), is_judged, is_named)


def _relate(item: tuple[bytes, bytes, float, np.ndarray]) -> np.ndarray | None:
    first, second = (PictureView(_decode(content)) for content in item[:2])
    relation = relate(first, second, item[2], guess_from_squares(first, second, item[3]))
    return None if relation is None else relation.features
