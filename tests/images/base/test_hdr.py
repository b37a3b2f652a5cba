"""Pictures of high dynamic range are mapped to sRGB: paper stays light, highlights keep their order, hues stay."""

import numpy as np
import pytest

from pochade.images.base.hdr import HLG, PQ, CodePoints, map_hdr_to_srgb

PAPER = {PQ: 0.5807, HLG: 0.75}  # the values of paper, 203 candelas per square metre (ITU-R BT.2408)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_lighter_values_are_never_shown_darker(transfer: int) -> None:
    greys = np.arange(256, dtype=np.uint8)[None, :, None]
    shown = map_hdr_to_srgb(greys, CodePoints(9, transfer)).astype(int)[0]
    assert (np.diff(shown, axis=0) >= 0).all()
    assert (shown[0].tolist(), shown[-1].tolist()) == ([0, 0, 0], [255, 255, 255])
    assert (np.ptp(shown, axis=1) <= 1).all()  # greys stay grey


@pytest.mark.parametrize("transfer", PAPER)
def test_paper_is_light_and_leaves_room_for_highlights(transfer: int) -> None:
    paper = np.full((1, 1, 1), round(PAPER[transfer] * 65535), np.uint16)
    shown = map_hdr_to_srgb(paper, CodePoints(9, transfer))
    assert 225 <= int(shown[0, 0, 0]) <= 245


@pytest.mark.parametrize("transfer", PAPER)
def test_what_is_darker_than_the_knee_is_not_changed(transfer: int) -> None:
    value = 0.3004  # in PQ: 10 candelas per square metre
    dark = np.full((1, 1, 1), round(value * 65535), np.uint16)
    light = {PQ: 10 / 203, HLG: 1000 / 203 * (value**2 / 3) ** 1.2}[transfer]
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert int(map_hdr_to_srgb(dark, CodePoints(9, transfer))[0, 0, 0]) == pytest.approx(expected, abs=2)


def test_a_saturated_highlight_keeps_its_hue() -> None:
    red = np.array([[[60_000, 20_000, 20_000]]], np.uint16)
    shown = map_hdr_to_srgb(red, CodePoints(1, PQ))[0, 0].astype(int)
    assert shown[0] == 255
    assert shown[1] < 60
