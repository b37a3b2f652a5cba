"""What pieces are grouped, mapped and labelled by: traits that looks are blind to on purpose, and for labels looks too.

A look stays the same when a picture is recoloured or turned into line art. Colours, outlines and grain are just what
people group by, so they are measured, once for each piece, and kept beside the fingerprints.
"""

from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.pca import PrincipalComponents
from pochade.index.active_models import ActiveModels
from pochade.index.descriptor_store import measured
from pochade.system.progress import Report

DIRECTIONS = 64  # principal components of the plans
TRAITS = 0.5  # of the traits in groups, beside plans of unit length


@dataclass(frozen=True)
class Features:
    """What is known of all pieces, by row."""

    looks: Floats  # (N, 64)
    traits: Floats  # (N, 248)
    plans: Floats  # (N, 392)

    @property
    def for_labels(self) -> Floats:
        """What a person's words are learnt from (N, 312)."""
        return np.concatenate([self.looks, self.traits], 1)

    @property
    def for_groups(self) -> Floats:
        """What groups and the map are made of: outlines in their places, and traits (N, 312, or 640 for a few pieces).

        Looks are left out: what they are blind to on purpose, as colours and the way a thing is drawn, is what groups
        go by. docs/log.md has the comparison.
        """
        plans = self.plans
        if len(plans) > DIRECTIONS:
            plans = PrincipalComponents.fit(plans, DIRECTIONS).fingerprint(plans)
        return np.concatenate([plans, TRAITS * self.traits], 1)


def features(in_use: ActiveModels, contents: list[str], report: Report) -> Features:
    """What is known of all pieces, by row; what is missing is measured first.

    Args:
        in_use: The nets, and where thumbnails and files of fingerprints lie.
        contents: The content of every piece, by row.
        report: Called with the progress.
    """
    numbers = measured(in_use, contents, report)
    return Features(in_use.looks(len(contents)), numbers["traits"], numbers["plan"])
