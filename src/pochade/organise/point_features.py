"""The features by which pictures are grouped, placed on the map and labelled.

An embedding hardly changes when a picture is recoloured or turned into line art. But people group pictures by colours,
outlines and grain, which the descriptors measure, and by what they show, which the theme embedding represents. Groups
and the map therefore use descriptors and themes, and labels use all three. Where the person chose an eye, and it has
embedded every picture, its embeddings take the place of themes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.pca import PrincipalComponents
from pochade.index.active_models import ActiveModels
from pochade.index.descriptor_store import load_descriptors
from pochade.index.eye_store import eye_rows
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.index.theme_store import load_themes
from pochade.system.progress import Report

OUTLINE_COMPONENTS = 64  # principal components of the outlines
EYE_COMPONENTS = 64  # principal components of what an eye made: as many as a theme embedding has
STYLE_WEIGHT = 0.5  # factor of the style in groups, relative to outlines of unit length
# Factors of the theme, at which the nearest drawings of openclipart most often share a folder, or nearly so
GROUP_THEME_WEIGHT = 2.0  # relative to outlines of unit length
LABEL_THEME_WEIGHT = 2.0  # relative to embeddings of unit length


@dataclass(frozen=True)
class PointFeatures:
    """Embeddings and descriptors of all pictures, by row."""

    embeddings: Floats  # (N, 64)
    themes: Floats  # (N, 64), of unit length; of an eye, (N, D) for up to 64 pictures
    style: Floats  # (N, 248), colours and technique
    outlines: Floats  # (N, 392), where the edges lie

    @property
    def for_labels(self) -> Floats:
        """Embeddings, style and themes, from which labels are learnt: (N, 376) with the themes of the theme model."""
        return np.concatenate([self.embeddings, self.style, LABEL_THEME_WEIGHT * self.themes], 1)

    @property
    def for_groups(self) -> Floats:
        """Outlines, style and themes (N, 376), from which groups and the map are made; (N, 704) for up to 64 pictures.

        Embeddings are left out, because they ignore colour and technique. docs/log.md has the comparison.
        """
        outlines = self.outlines
        if len(outlines) > OUTLINE_COMPONENTS:
            outlines = PrincipalComponents.fit(outlines, OUTLINE_COMPONENTS).unit_components(outlines)
        return np.concatenate([outlines, STYLE_WEIGHT * self.style, GROUP_THEME_WEIGHT * self.themes], 1)


@dataclass(frozen=True)
class PicturePoints:
    """Pictures as points in a feature space."""

    numbers: Integers  # (N,), picture numbers
    features: Floats  # (N, D)

    @classmethod
    def of(cls, files: dict[int, list[PictureFile]], features: Floats) -> "PicturePoints":
        """Select the features of the pictures that have files.

        Args:
            files: The files of each picture, by number.
            features: The features of all pictures (rows, D).
        """
        numbers = np.array(sorted(files), np.int64)
        return cls(numbers, features[[files[number][0].row for number in numbers.tolist()]])

    def positions(self, numbers: Iterable[int]) -> list[int]:
        """Look up the positions of pictures among these points; pictures that are not among them are left out."""
        position = {number: position for position, number in enumerate(self.numbers.tolist())}
        return [position[number] for number in sorted(numbers) if number in position]


def compute_features(models: ActiveModels, contents: list[str], report: Report) -> PointFeatures:
    """Read the features of all pictures, and compute those that are missing.

    Args:
        models: Finds the embeddings, thumbnails and descriptors.
        contents: The content hash of every picture, by row.
        report: Called with the progress.
    """
    descriptors = load_descriptors(models, contents, report)
    rows = eye_rows(models, len(contents))
    themes = load_themes(models, contents, report) if rows is None else eye_themes(rows)
    return PointFeatures(models.embeddings(len(contents)), themes, descriptors["appearance"], descriptors["layout"])


def eye_themes(rows: Floats) -> Floats:
    """Reduce the embeddings of an eye to what tells the pictures of this collection apart.

    Embeddings of such models have a large part in common, which is subtracted.

    Args:
        rows: Unit vectors (N, D).

    Returns:
        Principal components (N, 64) of unit length; for up to 64 pictures, the differences (N, D) from the mean.
    """
    if len(rows) > EYE_COMPONENTS:
        themes = PrincipalComponents.fit(rows, EYE_COMPONENTS).encode(rows)
    else:
        themes = rows - rows.mean(0)
    unit: Floats = themes / np.maximum(np.linalg.norm(themes, axis=1, keepdims=True), 1e-12)
    return unit


def group_points(library: Library, files: dict[int, list[PictureFile]], report: Report) -> PicturePoints:
    """Pictures as points for groups and the map."""
    return PicturePoints.of(files, _library_features(library, report).for_groups)


def label_points(library: Library, files: dict[int, list[PictureFile]], report: Report) -> PicturePoints:
    """Pictures as points for labels."""
    return PicturePoints.of(files, _library_features(library, report).for_labels)


def _library_features(library: Library, report: Report) -> PointFeatures:
    return compute_features(library.models, library.index.contents(), report)
