"""One rule for all colours is found, and one changed part does not bend it."""

import numpy as np

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.tone_fit import fit_tones
from tests.support.drawings import drawing

EVERYWHERE = np.full((256, 256), fill_value=True)


def test_a_darker_picture_is_explained_except_for_the_part_that_was_painted_over() -> None:
    picture = drawing(3, 256)
    darker = np.asarray(picture.point([round(255 * (level / 255) ** 1.5) for level in range(256)] * 3)).copy()
    darker[100:130, 100:130] = (255, 0, 255)
    source, target = PictureView(np.asarray(picture)).lab, PictureView(darker).lab
    difference = np.linalg.norm(fit_tones(source, target, EVERYWHERE) - target, axis=2)
    painted = np.zeros((256, 256), bool)
    painted[100:130, 100:130] = True
    assert np.median(difference[~painted]) < 4
    assert difference[painted].mean() > 25
    assert np.linalg.norm(source - target, axis=2)[~painted].mean() > difference[~painted].mean()
