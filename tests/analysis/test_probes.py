"""Probes are perfect on separate clouds and at chance on noise."""

import numpy as np
import pytest

from pochade.analysis.probes import clustering_accuracy, knn_accuracy, linear_accuracy, normalised_mutual_information
from tests.support.point_clouds import clouds


def test_probes_see_separate_clouds_and_are_at_chance_without_them() -> None:
    points, labels = clouds()
    noise = np.random.default_rng(1).normal(size=(300, 5))
    for probe in (knn_accuracy, linear_accuracy):
        assert probe(points[:200], labels[:200], points[200:], labels[200:]) == 1
        assert probe(noise[:200], labels[:200], noise[200:], labels[200:]) < 0.55


def test_clustering_accuracy_pairs_clusters_with_classes_one_to_one() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert clustering_accuracy(np.array([2, 2, 0, 0, 1, 1]), labels) == 1
    assert clustering_accuracy(np.array([0, 0, 0, 0, 1, 1]), labels) == pytest.approx(4 / 6)
    assert normalised_mutual_information(np.array([2, 2, 0, 0, 1, 1]), labels) == pytest.approx(1)
    assert normalised_mutual_information(np.zeros(6, dtype=int), labels) == 0
