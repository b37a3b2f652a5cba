"""Sheets put what belongs together into neighbouring rows."""

import numpy as np

from pochade.study.figures.picture_sheets import reconstruction_rows


def test_errors_stand_below_their_reconstructions_on_one_scale() -> None:
    originals = np.zeros((2, 1, 4, 4), np.uint8)
    copies = {
        "originals": originals,
        "good": np.full((2, 1, 4, 4), 0.1, np.float32),
        "bad": np.full((2, 1, 4, 4), 0.2, np.float32),
    }
    first, good, good_error, bad, bad_error = reconstruction_rows(copies, ("good", "bad"))
    assert first is originals
    assert good is copies["good"]
    assert bad is copies["bad"]
    assert np.allclose(good_error, 0.25)
    assert np.allclose(bad_error, 1)


def test_a_perfect_reconstruction_has_no_error() -> None:
    picture = np.full((1, 3, 2, 2), 0.5, np.float32)
    assert (reconstruction_rows({"originals": picture, "copy": picture}, ("copy",))[-1] == 0).all()
