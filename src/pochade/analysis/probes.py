"""How much the latents know about classes that the net never saw: each probe is one number."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest

NEIGHBOURS = 10
MOST_FITTED = 20_000  # points that the linear probe is fitted to: more take longer and change little


def knn_accuracy(known: Floats, known_labels: Integers, asked: Floats, asked_labels: Integers) -> float:
    """The share of points (Q, D) whose 10 nearest known points (N, D) vote for the right class."""
    votes = known_labels[nearest(asked, known, NEIGHBOURS).indices]  # (Q, 10)
    counts = np.stack([(votes == label).sum(1) for label in np.unique(known_labels)], axis=1)  # (Q, classes)
    winners = np.unique(known_labels)[counts.argmax(1)]
    return float(np.mean(winners == asked_labels))


def linear_accuracy(known: Floats, known_labels: Integers, asked: Floats, asked_labels: Integers) -> float:
    """The share of points whose class a logistic regression, fitted to the first 20,000 known ones, gets right."""
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100, tol=1e-3))
    probe.fit(known[:MOST_FITTED], known_labels[:MOST_FITTED])
    return float(probe.score(asked, asked_labels))


def clustering_accuracy(groups: Integers, labels: Integers) -> float:
    """The share of points in the right group when each group stands for the class that suits all best.

    Groups and classes are paired one to one by the Hungarian algorithm (Yang et al., 2010), so a group that mixes two
    classes pays for it.
    """
    counts = confusion_matrix(labels, groups)
    rows, columns = linear_sum_assignment(-counts)
    return float(counts[rows, columns].sum() / len(labels))


def normalised_mutual_information(groups: Integers, labels: Integers) -> float:
    """How much knowing the group says about the class, from 0 (nothing) to 1 (all)."""
    return float(normalized_mutual_info_score(labels, groups))
