"""The edges between the blocks of a generated picture are smoothed."""

import numpy as np

from pochade.models.generator import remove_block_edges


def test_block_edges_are_smoothed_and_the_picture_stays() -> None:
    gradient = np.tile(np.linspace(60, 200, 128), (128, 1))
    offsets = np.random.default_rng(0).integers(-8, 9, (8, 8)).repeat(16, 0).repeat(16, 1)
    blocks = (gradient + offsets)[:, :, None].repeat(3, 2).round().astype(np.uint8)
    smoothed = remove_block_edges(blocks)
    edges_before, edges_after = (
        np.abs(np.diff(pixels.astype(float), axis=0))[15::16].mean() for pixels in (blocks, smoothed)
    )
    assert edges_after < edges_before / 2
    assert np.abs(smoothed - gradient[:, :, None]).mean() < np.abs(blocks - gradient[:, :, None]).mean()
