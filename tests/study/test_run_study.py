"""The whole study on small pictures: what it writes, and how it continues after an interruption."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import expect

from pochade.errors import UsageError
from pochade.models.checkpoints import load_model
from pochade.study.fashion_mnist import ImageSet, Split
from pochade.study.run_study import STAGES_FOLDER, run_study
from pochade.study.stages import stage_runner
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_plan import Stage
from pochade.study.study_settings import StudySettings
from pochade.system.atomic_files import file_lock
from pochade.training.evaluation.reconstruction import reconstruction_error
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE
from tests.support.browser import Scheme, launch_browser, needs_browser
from tests.support.widget_page import WIDGETS, open_widgets, widget

pytestmark = pytest.mark.slow

QUICK = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=2))
MAX_PAGE_BYTES = 2_500_000
FinishedStudy = tuple[Path, dict[str, Any]]  # its folder and its metrics


@pytest.fixture(scope="module")
def finished(pictures: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    """A finished study; don't change it."""
    out = tmp_path_factory.mktemp("study")
    return out, run_study(pictures, out, QUICK, workers=1)


def test_it_writes_the_lesson_the_figures_the_numbers_and_two_models(finished: FinishedStudy) -> None:
    out, metrics = finished
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == json.loads(json.dumps(metrics))
    beginnings = {".png": b"\x89PNG", ".svg": b"<?xml"}
    for figure in (out / "figures").iterdir():
        assert figure.read_bytes().startswith(beginnings[figure.suffix])
    assert {"autoencoder.safetensors", "vae.safetensors", "report.html"} <= {path.name for path in out.iterdir()}


def test_the_numbers_that_others_rely_on_are_in_the_metrics(finished: FinishedStudy) -> None:
    _, metrics = finished
    assert 0 < metrics["autoencoder"]["test_mse"] < 1
    assert 0 < metrics["vae"]["test_mse"] < 1
    assert metrics["vae"]["elbo"] < 0
    assert {"16", "32", "64", "128"} <= set(metrics["pca"]["test_mse"])
    assert 0 <= metrics["knn_accuracy"] <= 1
    for clustering in (metrics["clustering"], metrics["clustering"]["sizes_unknown"]):
        assert 0 <= clustering["accuracy"] <= 1
        assert 0 <= clustering["nmi"] <= 1
    for measure in ("fcd", "kid", "density", "coverage"):
        assert metrics[measure].keys() >= {"floor", "autoencoder", "autoencoder_16", "vae", "vae_calibrated"}
        assert metrics[measure]["vae"].keys() >= {"normal", "matched", "mixture", "reconstruction"}
    assert metrics["fcd"]["floor"] < metrics["fcd"]["vae"]["normal"]
    assert metrics["seconds"]["total"] == pytest.approx(
        sum(seconds for stage, seconds in metrics["seconds"].items() if stage != "total")
    )
    assert metrics["machine"]["torch"] == torch.__version__
    assert metrics["commit"]


def test_random_points_are_judged_one_by_one_and_as_a_share(finished: FinishedStudy) -> None:
    _, metrics = finished
    judged = {"autoencoder", "autoencoder_16", "vae", "vae_calibrated"}
    assert metrics["empty_share"].keys() == judged
    assert all(0 <= share <= 1 for share in metrics["empty_share"].values())
    assert metrics["empty_share_real"].keys() == judged
    assert all(share < 0.3 for share in metrics["empty_share_real"].values())
    assert metrics["judged_points"] == 1_000
    assert len(metrics["empty_point"]["tests"]) == 4
    for point in (metrics["empty_point"], metrics["empty_point"]["vae"]):
        assert {point["verdict"], point["learned_prior"]["verdict"]} <= {"empty", "not empty"}


def test_the_three_wishes_are_measured(finished: FinishedStudy) -> None:
    _, metrics = finished
    assert metrics["denoising"].keys() >= {"noisy", "best_blur", "autoencoder", "denoiser"}
    assert metrics["denoising"]["best_blur"] > metrics["denoising"]["noisy"]
    sizes = metrics["bytes"]
    assert sizes.keys() == metrics["bytes_mse"].keys()
    assert (sizes["raw"], sizes["autoencoder_float32"], sizes["autoencoder_16_6bit"]) == (784, 2_304, 12)
    assert sizes["webp_q0"] <= sizes["webp_q20"]
    assert metrics["bytes_mse"]["png"] == metrics["bytes_mse"]["webp_lossless"] == 0


def test_the_rate_distortion_curve_goes_from_the_largest_weight_to_the_calibrated_vae(finished: FinishedStudy) -> None:
    _, metrics = finished
    curve = metrics["rate_distortion"]
    assert [point["kl_weight"] for point in curve] == [4, 1, 0.25, 0.06, None]
    assert [point["model"] for point in curve][1::3] == ["vae", "vae_calibrated"]
    assert {"kl", "test_mse", "active_units", "fcd", "density", "coverage"} <= curve[0].keys()
    for name in ("vae", "vae_calibrated"):
        tighter = metrics[name]["importance_weighted"]
        assert tighter["bits_per_dimension"] > 0


def test_the_error_in_the_metrics_is_that_of_the_stored_model(finished: FinishedStudy, pictures: ImageSet) -> None:
    out, metrics = finished
    model: Any = load_model(out / "autoencoder.safetensors")
    assert reconstruction_error(model, pictures.test.images) == pytest.approx(metrics["autoencoder"]["test_mse"])


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1_300, "light")])
def test_the_page_works_offline_on_a_phone_and_on_a_desktop(
    width: int, scheme: Scheme, finished: FinishedStudy
) -> None:
    """Opening it also checks that there are no errors, no requests and no sideways scroll."""
    report = finished[0] / "report.html"
    assert report.stat().st_size < MAX_PAGE_BYTES
    with launch_browser() as browser, open_widgets(browser, report, width, scheme) as visit:
        for name in WIDGETS:
            expect(widget(visit.page, name)).to_have_class("widget w-live")
        assert visit.accessibility_violations() == []


def test_an_interrupted_study_continues_and_ends_with_the_same_numbers(
    pictures: ImageSet, tmp_path: Path, finished: FinishedStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, expected = finished
    run_stage, stages = stage_runner.run_stage, list[str]()

    def run_until(stop: str) -> Callable[[Stage, StageInputs], None]:
        def run(stage: Stage, inputs: StageInputs) -> None:
            if stage.name == stop:
                raise KeyboardInterrupt
            stages.append(stage.name)
            run_stage(stage, inputs)

        return run

    monkeypatch.setattr(stage_runner, "run_stage", run_until("map"))
    with pytest.raises(KeyboardInterrupt):
        run_study(pictures, tmp_path, QUICK, workers=1)
    finished_first = len(stages)
    monkeypatch.setattr(stage_runner, "run_stage", run_until(""))
    metrics = run_study(pictures, tmp_path, QUICK, workers=1)
    assert stages[finished_first] == "map"
    assert len(set(stages)) == len(stages), "no stage ran twice"
    for number in ("autoencoder", "vae", "pca", "probes", "clustering", "empty_point", "fcd", "kid", "coverage"):
        assert metrics[number] == expected[number]


@pytest.mark.parametrize(
    "latent_dim", [1, pytest.param(100, marks=pytest.mark.full)]
)  # the tests of the command study two dimensions
def test_very_small_and_large_latents_can_be_studied(pictures: ImageSet, tmp_path: Path, latent_dim: int) -> None:
    """The tests of the command study two dimensions."""
    settings = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=1), latent_dim, widths=(4, 8))
    metrics = run_study(pictures, tmp_path, settings, workers=1)
    assert metrics["vae"]["latent_numbers"] == latent_dim
    assert (tmp_path / "report.html").is_file()


def test_colour_pictures_of_another_size_can_be_studied(tmp_path: Path, pictures: ImageSet) -> None:
    def crop_and_colour(split: Split) -> Split:
        return Split(split.images[:, :, 4:, :].repeat(1, 3, 1, 1), split.labels)

    data = ImageSet(crop_and_colour(pictures.train), crop_and_colour(pictures.test), pictures.classes)
    settings = StudySettings(dataclasses.replace(TUTORIAL_RECIPE, epochs=1), latent_dim=3, widths=(4, 8))
    metrics = run_study(data, tmp_path, settings, workers=1)
    assert metrics["autoencoder"]["latent_numbers"] == metrics["vae"]["latent_numbers"] == 3
    model: Any = load_model(tmp_path / "vae.safetensors")
    assert model.config.convolutions.image_size == (24, 28)


def test_pictures_that_lack_a_class_of_the_lesson_are_refused_before_any_work(
    pictures: ImageSet, tmp_path: Path
) -> None:
    kept = pictures.test.labels != 5
    data = dataclasses.replace(pictures, test=Split(pictures.test.images[kept], pictures.test.labels[kept]))
    with pytest.raises(UsageError, match="no test picture has the class 5"):
        run_study(data, tmp_path / "out", QUICK, workers=1)
    assert not (tmp_path / "out").exists()


def test_two_studies_of_one_folder_do_not_run_at_once(pictures: ImageSet, tmp_path: Path) -> None:
    with file_lock(tmp_path / STAGES_FOLDER / "lock", "running a study"), pytest.raises(UsageError, match="another"):
        run_study(pictures, tmp_path, QUICK, workers=1)
