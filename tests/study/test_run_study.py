"""The whole study on small pictures: what it writes, and how it continues after an interruption."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from pochade.models.checkpoints import load_model
from pochade.study.fashion_mnist import ImageSet, Split
from pochade.study.run_study import run_study
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import reconstruction_error
from pochade.training.loop import TrainingProgress
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE

pytestmark = pytest.mark.slow

QUICK = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=2))
FinishedStudy = tuple[Path, dict[str, Any]]  # its folder and its metrics


class InterruptingListener:
    """Records the stages that begin, and interrupts the study at one of them."""

    def __init__(self, stop_at: str = "") -> None:
        self.stages: list[str] = []
        self.stop_at = stop_at

    def start_stage(self, stage: str) -> None:
        if stage == self.stop_at:
            raise KeyboardInterrupt
        self.stages.append(stage)

    def show_training(self, progress: TrainingProgress) -> None:
        assert 1 <= progress.step <= progress.steps


@pytest.fixture(scope="module")
def finished(pictures: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """A finished study; don't change it."""
    out = tmp_path_factory.mktemp("study")
    return out, run_study(pictures, out, QUICK)


def test_it_writes_the_report_the_figures_the_numbers_and_both_models(finished: FinishedStudy) -> None:
    out, metrics = finished
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == json.loads(json.dumps(metrics))
    for figure in (out / "figures").iterdir():
        assert figure.read_bytes().startswith(b"\x89PNG")
    assert {"autoencoder.safetensors", "vae.safetensors", "report.html"} <= {path.name for path in out.iterdir()}


def test_the_numbers_that_others_rely_on_are_in_the_metrics(finished: FinishedStudy) -> None:
    _, metrics = finished
    assert 0 < metrics["autoencoder"]["test_mse"] < 1
    assert 0 < metrics["vae"]["test_mse"] < 1
    assert metrics["vae"]["elbo"] < 0
    assert {"16", "32", "64", "128"} <= set(metrics["pca"]["test_mse"])
    assert 0 <= metrics["knn_accuracy"] <= 1
    assert 0 <= metrics["clustering"]["accuracy"] <= 1
    assert 0 <= metrics["clustering"]["nmi"] <= 1
    for measure in ("fcd", "kid", "density", "coverage"):
        assert metrics[measure].keys() == {"floor", "autoencoder", "vae"}
        assert metrics[measure]["vae"].keys() == {"normal", "mixture", "reconstruction"}
    assert metrics["fcd"]["floor"] < metrics["fcd"]["vae"]["normal"]
    assert len(metrics["empty_point"]["tests"]) == 4
    for point in (metrics["empty_point"], metrics["empty_point"]["vae"]):
        assert {point["verdict"], point["learned_prior"]["verdict"]} <= {"empty", "not empty"}
    assert metrics["seconds"]["total"] == pytest.approx(
        sum(seconds for stage, seconds in metrics["seconds"].items() if stage != "total")
    )
    assert metrics["machine"]["torch"] == torch.__version__
    assert metrics["commit"]


def test_the_error_in_the_metrics_is_that_of_the_stored_model(finished: FinishedStudy, pictures: ImageSet) -> None:
    out, metrics = finished
    model: Any = load_model(out / "autoencoder.safetensors")
    assert reconstruction_error(model, pictures.test.images) == pytest.approx(metrics["autoencoder"]["test_mse"])


def test_the_report_needs_no_other_file_and_shows_every_figure(finished: FinishedStudy) -> None:
    out, _ = finished
    page = (out / "report.html").read_text(encoding="utf-8")
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == len(list((out / "figures").iterdir()))
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in page
    assert "<script" not in page


def test_an_interrupted_study_continues_and_ends_with_the_same_numbers(
    pictures: ImageSet, tmp_path: Path, finished: FinishedStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, expected = finished
    figures = {path.stem: path for path in (out / "figures").iterdir()}
    monkeypatch.setattr("pochade.study.run_study.draw_figures", lambda *_: figures)  # the numbers matter here
    first, second = InterruptingListener(stop_at="map"), InterruptingListener()
    with pytest.raises(KeyboardInterrupt):
        run_study(pictures, tmp_path, QUICK, first)
    metrics = run_study(pictures, tmp_path, QUICK, second)
    assert second.stages[0] == "map"
    assert not set(first.stages) & set(second.stages)
    for number in ("autoencoder", "vae", "pca", "probes", "clustering", "empty_point", "fcd", "kid", "coverage"):
        assert metrics[number] == expected[number]


@pytest.mark.parametrize("latent_dim", [1, 100])  # the tests of the command study two dimensions
def test_very_small_and_large_latents_can_be_studied(pictures: ImageSet, tmp_path: Path, latent_dim: int) -> None:
    settings = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=1), latent_dim, widths=(4, 8))
    metrics = run_study(pictures, tmp_path, settings)
    assert metrics["vae"]["latent_numbers"] == latent_dim
    assert (tmp_path / "report.html").is_file()


def test_colour_pictures_of_another_size_can_be_studied(tmp_path: Path, pictures: ImageSet) -> None:
    def crop_and_colour(split: Split) -> Split:
        return Split(split.images[:, :, 4:, :].repeat(1, 3, 1, 1), split.labels)

    data = ImageSet(crop_and_colour(pictures.train), crop_and_colour(pictures.test), pictures.classes)
    settings = StudySettings(dataclasses.replace(TUTORIAL_RECIPE, epochs=1), latent_dim=3, widths=(4, 8))
    metrics = run_study(data, tmp_path, settings)
    assert metrics["autoencoder"]["latent_numbers"] == metrics["vae"]["latent_numbers"] == 3
    model: Any = load_model(tmp_path / "vae.safetensors")
    assert model.config.convolutions.image_size == (24, 28)
