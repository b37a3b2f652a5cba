"""Pairs are proposed by their embeddings, and kept if their edges agree."""

import numpy as np
from PIL import ImageOps

from pochade.images.features.edge_map import edge_map
from pochade.organise.pair_proposals import MIN_COSINE, max_aligned_pairs, propose_pairs, select_likely_pairs
from pochade.system.progress import ignore_progress
from tests.support.drawings import drawing, subject_square


def test_near_embeddings_are_proposed_nearest_first() -> None:
    angles = np.array([0, 0.1, 0.5, 2])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    edges = np.zeros((4, 32, 32), np.float32)
    pairs, cosines = propose_pairs(embeddings, edges, np.arange(4))
    assert pairs.tolist() == [[0, 1], [1, 2], [0, 2]]
    assert (cosines >= MIN_COSINE).all()


def test_pictures_drawn_alike_are_proposed_though_their_embeddings_are_far() -> None:
    pictures = [drawing(0), drawing(1), drawing(2), drawing(0).resize((150, 150)), drawing(3)]
    edges = np.stack([edge_map(subject_square(picture)) for picture in pictures])
    far_embeddings = np.eye(8, 5, dtype=np.float32)[:5]
    pairs, cosines = propose_pairs(far_embeddings, edges, np.array([0, 1, 3, 4]))
    assert (pairs.tolist(), cosines.tolist()) == ([[0, 3]], [0.0])
    assert select_likely_pairs(edges, pairs, cosines, ignore_progress).pairs.tolist() == [[0, 3]]
    assert propose_pairs(far_embeddings, edges, np.array([2]))[0].shape == (0, 2)


def test_pairs_are_likely_if_edges_agree_or_embeddings_are_very_near() -> None:
    pictures = [drawing(0), ImageOps.mirror(drawing(0)), drawing(1)]
    edges = np.stack([edge_map(subject_square(picture)) for picture in pictures])
    pairs, cosines = np.array([[0, 1], [0, 2]]), np.array([0.7, 0.7], np.float32)
    likely = select_likely_pairs(edges, pairs, cosines, ignore_progress)
    assert likely.pairs.tolist() == [[0, 1]]
    assert likely.transforms.shape == (1, 2, 3)
    assert len(select_likely_pairs(edges, pairs, cosines + 0.29, ignore_progress).pairs) == 2
    assert len(select_likely_pairs(edges, pairs, cosines, ignore_progress, everything=True).pairs) == 2


def test_large_collections_align_more_pairs_up_to_a_bound() -> None:
    assert max_aligned_pairs(10) < max_aligned_pairs(20_000) < max_aligned_pairs(200_000) == max_aligned_pairs(10**7)
