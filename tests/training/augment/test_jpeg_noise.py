"""JPEG's loss in torch is that of Pillow's own JPEG."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from pochade.training.augment.jpeg_noise import jpeg_noise
from tests.support.drawings import drawing

NOISY = np.random.default_rng(0).normal(0, 6, (90, 77, 3))
PICTURE = (np.asarray(drawing(3, 96))[3:93, 10:87] + NOISY).clip(0, 255).astype(np.uint8)  # of odd width


def encode_and_decode(picture: np.ndarray, quality: int, *, halved: bool) -> np.ndarray:
    """The levels of a picture (H, W, 3) after it was a JPEG of Pillow."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=2 if halved else 0)
    return np.asarray(Image.open(buffer)).astype(float)


def lose_detail(picture: np.ndarray, quality: int, *, halved: bool) -> np.ndarray:
    """The levels of a picture (H, W, 3) after JPEG's loss."""
    x = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
    noisy = jpeg_noise(x, torch.tensor([quality]), torch.tensor([halved]))
    return (noisy[0].permute(1, 2, 0) * 255).round().numpy()


@pytest.mark.parametrize("quality", [10, 50, 75, 95])
@pytest.mark.parametrize("halved", [False, True])
def test_the_loss_is_that_of_pillow(quality: int, halved: bool) -> None:
    expected = encode_and_decode(PICTURE, quality, halved=halved)
    difference = np.abs(lose_detail(PICTURE, quality, halved=halved) - expected)
    assert difference.mean() < 1
    assert difference.mean() < 0.3 * np.abs(expected - PICTURE).mean()


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (7, 3), (16, 16), (17, 33)])
def test_pictures_of_any_size_keep_their_size(size: tuple[int, int]) -> None:
    part = PICTURE[: size[0], : size[1]]
    expected = encode_and_decode(part, 80, halved=True)
    assert np.abs(lose_detail(part, 80, halved=True) - expected).mean() < 1


def test_every_picture_of_a_batch_has_its_own_quality() -> None:
    x = torch.from_numpy(PICTURE).permute(2, 0, 1)[None].repeat(3, 1, 1, 1) / 255
    qualities, halved = torch.tensor([10, 95, 95]), torch.tensor([False, False, True])
    batch = jpeg_noise(x, qualities, halved)
    for number, quality in enumerate(qualities.tolist()):
        alone = lose_detail(PICTURE, quality, halved=bool(halved[number]))
        np.testing.assert_array_equal((batch[number].permute(1, 2, 0) * 255).round().numpy(), alone)


def test_half_precision_around_it_changes_nothing() -> None:
    x = torch.from_numpy(PICTURE).permute(2, 0, 1)[None] / 255
    arguments = x, torch.tensor([75]), torch.tensor([True])
    with torch.autocast("cpu", torch.bfloat16):
        noisy = jpeg_noise(*arguments)
    torch.testing.assert_close(noisy, jpeg_noise(*arguments), rtol=0, atol=0)


def test_no_tensor_is_made_on_the_default_device() -> None:
    with torch.device("meta"):
        noisy = jpeg_noise(
            torch.full((1, 3, 20, 20), 0.5, device="cpu"),
            torch.full((1,), 60, device="cpu"),
            torch.zeros(1, dtype=torch.bool, device="cpu"),
        )
    assert noisy.device.type == "cpu"
