"""Scan damage depends on the seed alone, has separate stages, and has sizes in millimetres."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pochade.errors import UsageError
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scan_damage import (
    DAMAGE_KINDS,
    HELD_OUT_KINDS,
    DamagedScan,
    DamagedScans,
    damage_scan,
    damage_scans,
)
from pochade.training.augment.specks import SPECK_KINDS
from tests.support.drawings import drawing

CLEAN = np.asarray(drawing(3, 160))


def scan(seed: int, kinds: frozenset[str] = DAMAGE_KINDS, dpi: float = 300) -> DamagedScan:
    """A bad scan of the drawing."""
    return damage_scan(CLEAN, dpi, seed, kinds)


def batch(seed: int = 0, count: int = 24, *, around: torch.memory_format = torch.contiguous_format) -> DamagedScans:
    """Bad scans of several drawings at several resolutions."""
    pictures = torch.stack([torch.from_numpy(np.array(drawing(number, 64))) for number in range(count)])
    x = (pictures.permute(0, 3, 1, 2) / 255).contiguous(memory_format=around)
    return damage_scans(x, torch.linspace(6, 24, count), RandomNumbers(seed))


def stages(scans: DamagedScans) -> dict[str, Tensor]:
    """Every tensor of a batch by its name."""
    return vars(scans)


def test_the_same_seed_gives_the_same_scan() -> None:
    first, again, other = scan(0), scan(0), scan(1)
    np.testing.assert_array_equal(first.picture, again.picture)
    np.testing.assert_array_equal(first.defects, again.defects)
    assert (first.picture != other.picture).any()


def test_the_same_seed_gives_the_same_batch() -> None:
    first, again = stages(batch()), stages(batch())
    for name in first:
        assert torch.equal(first[name], again[name]), name
    assert not torch.equal(first["pictures"], stages(batch(1))["pictures"])


def test_numbers_drawn_elsewhere_and_half_precision_change_nothing() -> None:
    first = stages(batch())
    torch.manual_seed(5)
    with torch.autocast("cpu", torch.bfloat16):
        again = stages(batch())
    for name in first:
        assert torch.equal(first[name], again[name]), name


def test_the_order_of_channels_in_memory_changes_nothing() -> None:
    first, other = stages(batch()), stages(batch(around=torch.channels_last))
    for name in first:
        assert torch.equal(first[name], other[name]), name


def test_no_tensor_is_made_on_the_default_device() -> None:
    x, resolutions = torch.full((12, 3, 40, 40), 0.5), torch.full((12,), 10.0)
    with torch.device("meta"):
        scans = damage_scans(x, resolutions, RandomNumbers(0))
    assert {tensor.device.type for tensor in stages(scans).values()} == {"cpu"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_makes_the_same_scans_and_is_not_waited_for() -> None:
    expected = batch()
    x, resolutions = expected.clean.cuda(), torch.linspace(6, 24, 24).cuda()
    damage_scans(x, resolutions, RandomNumbers(0, "cuda"))  # constants are copied to the GPU once
    torch.cuda.set_sync_debug_mode("error")
    try:
        scans = damage_scans(x, resolutions, RandomNumbers(0, "cuda"))
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for name, tensor in stages(expected).items():
        difference = stages(scans)[name].cpu().float() - tensor.float()
        assert difference.abs().mean() < 1e-3, name


def test_every_stage_of_a_batch_lies_in_its_range() -> None:
    scans = stages(batch())
    for name in ("pictures", "with_specks", "with_stains", "with_light", "clean"):
        assert scans[name].shape == (24, 3, 64, 64)
        assert 0 <= scans[name].min() <= scans[name].max() <= 1
    assert scans["defects"].shape == (24, 1, 64, 64)
    levels = scans["pictures"] * 255
    torch.testing.assert_close(levels, levels.round(), atol=1e-3, rtol=0)


def test_without_any_kind_of_damage_the_drawing_stays_as_it_is() -> None:
    scanned = scan(0, frozenset())
    for stage in (scanned.picture, scanned.with_specks, scanned.with_stains, scanned.with_light, scanned.clean):
        np.testing.assert_array_equal(stage, CLEAN)
    assert not scanned.defects.any()
    np.testing.assert_array_equal(scanned.light, np.ones_like(scanned.light))


def test_light_paper_and_exposure_multiply_the_clean_picture() -> None:
    for seed in range(20):
        scanned = scan(seed, frozenset({"light", "paper", "exposure"}))
        expected = np.clip(CLEAN * scanned.light, 0, 255)
        assert np.abs(scanned.picture - expected).max() <= 1
        np.testing.assert_array_equal(scanned.picture, scanned.with_light)


def test_specks_change_only_the_pixels_of_the_mask_and_of_faint_shadows() -> None:
    defects = 0
    for seed in range(20):
        scanned = scan(seed, frozenset(SPECK_KINDS))
        changed = np.abs(scanned.with_specks.astype(int) - scanned.with_stains).max(2) > 60
        assert not (changed & ~scanned.defects).any()
        defects += int(scanned.defects.sum())
    assert defects > 500


def test_each_kind_alone_damages_some_scans_and_only_a_common_one_all() -> None:
    drawings = torch.stack([torch.from_numpy(np.array(drawing(number, 64))) for number in range(60)])
    x = drawings.permute(0, 3, 1, 2) / 255
    for kind in sorted(DAMAGE_KINDS):
        scans = damage_scans(x, torch.full((60,), 6.0), RandomNumbers(1), frozenset({kind}))
        changed = ((scans.pictures - x).abs() > 1 / 510).flatten(1).any(1).float().mean()
        assert 0 < changed <= (1 if kind in {"light", "paper", "grain", "scanner"} else 0.95), kind


def test_chances_are_drawn_for_each_picture_of_a_batch() -> None:
    scans = damage_scans(
        torch.ones(200, 3, 16, 16), torch.full((200,), 12.0), RandomNumbers(0), frozenset({"smear", "stain"})
    )
    changed = (scans.with_stains != scans.with_light).flatten(1).any(1).float().mean()
    assert 0 < changed < 0.2  # a white sheet has no ink to smear


@pytest.mark.slow
def test_the_size_of_dust_in_pixels_follows_the_resolution() -> None:
    def dust_share(dpi: float) -> float:
        white = np.full((int(dpi), int(dpi), 3), 255, np.uint8)  # a square inch
        scans = [damage_scan(white, dpi, seed, frozenset({"dust"})) for seed in range(12)]
        return float(np.mean([scanned.defects.mean() for scanned in scans]))

    assert dust_share(600) == pytest.approx(dust_share(300), rel=0.5)  # the same share of four times the pixels


def test_held_out_kinds_are_kinds_of_damage() -> None:
    assert HELD_OUT_KINDS < DAMAGE_KINDS


@pytest.mark.slow
@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_picture_of_any_size_can_be_damaged(height: int, width: int, seed: int) -> None:
    scanned = damage_scan(np.full((height, width, 3), 200, np.uint8), 300, seed)
    assert scanned.picture.shape == scanned.with_light.shape == scanned.light.shape == (height, width, 3)
    assert scanned.defects.shape == (height, width)
    assert np.isfinite(scanned.light).all()


@pytest.mark.parametrize(
    ("picture", "dpi", "kinds"),
    [
        (CLEAN[..., 0], 300, DAMAGE_KINDS),
        (CLEAN.astype(np.uint16), 300, DAMAGE_KINDS),
        (CLEAN[:0], 300, DAMAGE_KINDS),
        (CLEAN, 0, DAMAGE_KINDS),
        (CLEAN, 300, frozenset({"coffee"})),
    ],
)
def test_impossible_input_is_refused(picture: np.ndarray, dpi: float, kinds: frozenset[str]) -> None:
    with pytest.raises(UsageError):
        damage_scan(picture, dpi, 0, kinds)
