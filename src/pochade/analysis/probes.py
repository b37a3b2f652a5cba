"""Probes: scores of how much latents reveal about classes that the model was never shown."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, normalized_mutual_info_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours

VOTING_NEIGHBOURS = 10
MAX_FITTED_POINTS = 20_000  # of the linear probe; more points take longer and change little


def knn_accuracy(train: Floats, train_labels: Integers, test: Floats, test_labels: Integers) -> float:
    """The accuracy of a 10-nearest-neighbour classifier.

    Args:
        train: Points with known classes (N, D).
        train_labels: Their classes (N,).
        test: Points to classify (Q, D).
        test_labels: Their true classes (Q,).
    """
    classes = np.unique(train_labels)
    votes = train_labels[nearest_neighbours(test, train, VOTING_NEIGHBOURS).indices]  # (Q, 10)
    counts = np.stack([(votes == label).sum(1) for label in classes], axis=1)  # (Q, classes)
    return float(np.mean(classes[counts.argmax(1)] == test_labels))


def linear_accuracy(train: Floats, train_labels: Integers, test: Floats, test_labels: Integers) -> float:
    """The accuracy of logistic regression on standardised points, fitted to the first 20,000.

    Args:
        train: Points with known classes (N, D).
        train_labels: Their classes (N,).
        test: Points to classify (Q, D).
        test_labels: Their true classes (Q,).
    """
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100, tol=1e-3))
    probe.fit(train[:MAX_FITTED_POINTS], train_labels[:MAX_FITTED_POINTS])
    return float(probe.score(test, test_labels))


def clustering_accuracy(clusters: Integers, labels: Integers) -> float:
    """Clustering accuracy: the share of points in the cluster of their class, under the best one-to-one assignment.

    The Hungarian algorithm finds the assignment (Yang et al., "Image Clustering Using Local Discriminant Models and
    Global Integration", 2010). A cluster that mixes two classes lowers the accuracy.

    Args:
        clusters: The cluster of each point (N,).
        labels: The class of each point (N,).
    """
    counts = confusion_matrix(labels, clusters)
    rows, columns = linear_sum_assignment(-counts)
    return float(counts[rows, columns].sum() / len(labels))


def normalised_mutual_information(clusters: Integers, labels: Integers) -> float:
    """The mutual information of clusters (N,) and classes (N,), from 0 (independent) to 1 (the same)."""
    return float(normalized_mutual_info_score(labels, clusters))
