"""Models give without torch what they give with it, and weights that do not fit are refused."""

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged, UsageError
from pochade.images.geometry.letterbox import SQUARE_SIDE, letterbox
from pochade.models import weights
from pochade.models.model_configs import (
    DenoiserConfig,
    EmbeddingConfig,
    FlowMatchingConfig,
    PageConfig,
    SketchConfig,
)  # fmt: skip
from pochade.models.model_functions import SIGNATURES, TorchFunction
from pochade.models.packed_file import read_packed
from pochade.models.runnable_model import GRAPHS_FOLDER, RunnableModel, graphs
from pochade.models.stored_model import StoredModel, read_stored_model
from tests.support.denoisers import random_denoiser
from tests.support.drawings import drawing
from tests.support.paintings import painting
from tests.support.runnable import runnable

Arrays = list[NDArray[Any]]


class Both(NamedTuple):
    """What one function of a model gives without torch, and with it."""

    graph: Arrays
    torch: Arrays


def run_both(stored: StoredModel[Any], function: str, *arrays: NDArray[Any]) -> Both:
    """Run a function by its graph and by torch."""
    return Both(RunnableModel(stored).run(function, *arrays), TorchFunction(stored, function).run(*arrays))


def squares(count: int, side: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Drawings of several shapes in squares (count, side, side, 3), and their frames (count, 2)."""
    pictures = [np.asarray(drawing(seed).convert("RGB"))[: 20 + 30 * seed] for seed in range(count)]
    boxed = [letterbox(picture, side) for picture in pictures]
    frames = np.array([[square.width, square.height] for square in boxed], np.float32) / np.float32(side)
    return np.stack([square.pixels for square in boxed]), frames


def noise(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


@pytest.fixture(scope="module")
def sketch_model() -> StoredModel[SketchConfig]:
    return read_stored_model(weights.FOLDER / weights.SKETCH_FILE, SketchConfig)


@pytest.fixture(scope="module")
def generator() -> StoredModel[FlowMatchingConfig]:
    return read_stored_model(weights.FOLDER / weights.GENERATOR_FILE, FlowMatchingConfig)


# The same with and without torch --------------------------------------------------------------------------------------


def test_embeddings_are_the_same() -> None:
    stored = read_stored_model(weights.FOLDER / weights.EMBEDDING_FILE, EmbeddingConfig)
    (ours,), (theirs,) = run_both(stored, "embed", *squares(6, SQUARE_SIDE))
    assert (ours * theirs).sum(1).min() > 0.99999


def test_frames_of_every_size_cover_the_same_pixels(sketch_model: StoredModel[SketchConfig]) -> None:
    widths = np.arange(1, SQUARE_SIDE + 1, dtype=np.float32) / np.float32(SQUARE_SIDE)
    frames = np.stack([widths, np.ones_like(widths)], 1)
    black = np.zeros((SQUARE_SIDE, SQUARE_SIDE, SQUARE_SIDE, 3), np.uint8)
    (ours,), (theirs,) = run_both(sketch_model, "encode_squares", black, frames)
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("side", [96, 128])
def test_latents_of_sketches_are_the_same(sketch_model: StoredModel[SketchConfig], side: int) -> None:
    (ours,), (theirs,) = run_both(sketch_model, "encode_squares", *squares(3, side))
    assert ours.shape == (3, 128, side // 16, side // 16)
    assert np.abs(ours - theirs).max() < 1e-3


def test_pictures_of_sketches_differ_by_one_level_at_most(sketch_model: StoredModel[SketchConfig]) -> None:
    (ours,), (theirs,) = run_both(sketch_model, "decode_latents", 3 * noise(3, 128, 6, 6), noise(3))
    assert ours.dtype == np.uint8
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_latents_of_the_generator_are_the_same(generator: StoredModel[FlowMatchingConfig]) -> None:
    (ours,), (theirs,) = run_both(generator, "encode_grids", 3 * noise(5, 128, 8, 8))
    assert np.abs(ours - theirs).max() < 1e-4


def test_steps_of_the_generator_are_the_same(generator: StoredModel[FlowMatchingConfig]) -> None:
    times = np.array([0, 0.5, 0.99], np.float32)
    (ours,), (theirs,) = run_both(generator, "predict_clean", noise(3, 128, 8, 8), times, noise(3, 64))
    assert np.abs(ours - theirs).max() < 1e-4


@pytest.mark.parametrize("file", [weights.CLEANER_FILE, weights.AVIF_FILE, weights.PREVIEW_FILE])
@pytest.mark.parametrize(("height", "width"), [(64, 96), (16, 208)])
def test_changes_of_denoisers_are_the_same(file: str, height: int, width: int) -> None:
    path = weights.FOLDER / file
    stored = read_packed(path.read_bytes()) if path.suffix == ".net" else read_stored_model(path, DenoiserConfig)
    picture = painting(height, width).transpose(2, 0, 1)[None].astype(np.float32) / 255
    conditioning = np.full((1, stored.config.planes, height, width), 0.5, np.float32)
    ours, theirs = run_both(stored, "denoise", picture, conditioning)
    for our_output, their_output in zip(ours, theirs, strict=True):
        assert our_output.shape == their_output.shape
        assert np.allclose(our_output, their_output, atol=1e-4)


def test_light_and_paper_of_pages_are_the_same() -> None:
    stored = read_stored_model(weights.FOLDER / weights.PAGE_FILE, PageConfig)
    sheets = np.stack([painting(128, 128), 255 - painting(128, 128)]).transpose(0, 3, 1, 2)
    ours, theirs = run_both(stored, "estimate_page", sheets.astype(np.float32) / 255)
    assert [output.shape for output in ours] == [(2, 3, 16, 16), (2, 1, 128, 128)]
    assert all(np.allclose(*outputs, atol=1e-4) for outputs in zip(ours, theirs, strict=True))


# What there is --------------------------------------------------------------------------------------------------------


def test_every_function_has_a_graph_without_weights() -> None:
    assert {graph.function for graph in graphs()} == set(SIGNATURES)
    assert {graph.file for graph in graphs()} == {path.name for path in GRAPHS_FOLDER.glob("*.onnx")}
    for graph in graphs():
        assert (GRAPHS_FOLDER / graph.file).stat().st_size < 100_000
        signature = SIGNATURES[graph.function]
        assert (graph.inputs, graph.outputs) == (signature.inputs, signature.outputs)


def test_a_model_of_other_sizes_runs_by_torch() -> None:
    changes, defects = runnable(random_denoiser()).run("denoise", noise(1, 3, 16, 16), noise(1, 1, 16, 16))
    assert changes.shape == (1, 3, 16, 16)
    assert defects.shape == (1, 0, 16, 16)


def test_without_torch_a_model_of_other_sizes_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pochade.models.model_functions", None)
    with pytest.raises(UsageError, match="needs torch") as caught:
        runnable(random_denoiser()).prepare("denoise")
    assert "pochade[train]" in caught.value.hint


# What does not fit is refused -----------------------------------------------------------------------------------------


def test_weights_of_another_shape_are_refused() -> None:
    stored = read_packed((weights.FOLDER / weights.AVIF_FILE).read_bytes())
    stored.weights["unet.enter.bias"] = stored.weights["unet.enter.bias"][:5]
    with pytest.raises(CheckpointDamaged, match="do not fit"):
        RunnableModel(stored).prepare("denoise")


def test_missing_weights_are_refused() -> None:
    stored = read_packed((weights.FOLDER / weights.AVIF_FILE).read_bytes())
    del stored.weights["unet.enter.bias"]
    with pytest.raises(CheckpointDamaged, match="do not fit"):
        RunnableModel(stored).prepare("denoise")
    other = StoredModel(DenoiserConfig(widths=(4, 8)), stored.weights)
    with pytest.raises(CheckpointDamaged, match="do not fit"):
        RunnableModel(other).prepare("denoise")


def test_another_kind_of_model_is_refused() -> None:
    path = weights.FOLDER / weights.PAGE_FILE
    with pytest.raises(CheckpointDamaged, match=re.escape(f"{path}' does not hold a model")):
        read_stored_model(path, DenoiserConfig)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged, match=r"look\.safetensors"):
        read_stored_model(tmp_path / "look.safetensors", EmbeddingConfig)
