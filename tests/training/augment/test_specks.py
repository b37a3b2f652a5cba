"""Specks lie only on the sheets and have the tones that their kind says."""

import torch

from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.specks import SPECK_KINDS, add_speck_shadows, add_specks

GREY = torch.full((24, 3, 128, 128), 0.6)
RESOLUTIONS = torch.full((24,), 11.8)  # dots per millimetre


def test_dark_dust_darkens_and_flecks_and_scratches_lighten() -> None:
    for kind, lightens in (("dust", False), ("flecks", True), ("scratches", True)):
        specked, cover = add_specks(RandomNumbers(0), GREY, RESOLUTIONS, frozenset({kind}))
        change = (specked - GREY)[cover.expand_as(GREY) > 0.3]
        assert len(change) > 50, kind
        assert ((change > 0) == lightens).float().mean() > 0.97, kind


def test_where_nothing_covers_the_sheet_it_stays() -> None:
    specked, cover = add_specks(RandomNumbers(1), GREY, RESOLUTIONS, frozenset(SPECK_KINDS))
    bare = cover.expand_as(GREY) == 0
    assert 0.5 < bare.float().mean() < 1
    torch.testing.assert_close(specked[bare], GREY[bare])


def test_every_kind_is_found_on_some_sheets_and_not_on_all() -> None:
    for kind in SPECK_KINDS:
        _, cover = add_specks(RandomNumbers(2), GREY, RESOLUTIONS, frozenset({kind}))
        share = float((cover.amax((1, 2, 3)) > 0).float().mean())
        assert 0 < share < 1, kind


def test_shadows_lie_below_specks() -> None:
    cover = torch.zeros(1, 1, 20, 20)
    cover[..., 8:11, 8:11] = 1
    sheet = torch.full((1, 3, 20, 20), 0.8)
    add_speck_shadows(RandomNumbers(0), sheet, cover, 1.0)
    darker = sheet[0, 0] < 0.795
    assert darker[11, 9]
    assert not darker[6, 9]
