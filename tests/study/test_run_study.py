"""The whole study on small pictures: what it writes, and how it goes on after an interruption."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from pochade.models.checkpoints import load_model
from pochade.study.fashion_mnist import ImageSet, Split
from pochade.study.study_latents import shared_random_latents
from pochade.study.run_study import run_study
from pochade.study.stage_store import StageResult, StageStore
from pochade.study.study_settings import StudySettings
from pochade.training.evaluation.reconstruction import reconstruction_error
from pochade.training.loop import TrainingProgress
from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE

QUICK = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=2))


class Diary:
    """Remembers the stages that were worked on; may pull the plug at one."""

    def __init__(self, stop_at: str = "") -> None:
        self.stages: list[str] = []
        self.stop_at = stop_at

    def stage(self, name: str) -> None:
        if name == self.stop_at:
            raise KeyboardInterrupt
        self.stages.append(name)

    def progress(self, progress: TrainingProgress) -> None:
        assert 1 <= progress.step <= progress.steps


@pytest.fixture(scope="module")
def finished(pictures: ImageSet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("study")
    return out, run_study(pictures, out, QUICK)


def test_it_writes_the_report_the_figures_the_numbers_and_both_nets(finished: tuple[Path, dict[str, Any]]) -> None:
    out, metrics = finished
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == json.loads(json.dumps(metrics))
    for picture in (out / "figures").iterdir():
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert {"autoencoder.safetensors", "vae.safetensors", "report.html"} <= {path.name for path in out.iterdir()}


def test_the_numbers_that_others_rely_on_are_there(finished: tuple[Path, dict[str, Any]]) -> None:
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
    for net in (metrics["empty_point"], metrics["empty_point"]["vae"]):
        assert {net["verdict"], net["learned_prior"]["verdict"]} <= {"empty", "not empty"}
    assert metrics["seconds"]["total"] == pytest.approx(
        sum(seconds for stage, seconds in metrics["seconds"].items() if stage != "total")
    )
    assert metrics["machine"]["torch"] == torch.__version__
    assert metrics["commit"]


def test_the_error_told_is_the_error_of_the_net_that_was_written(
    finished: tuple[Path, dict[str, Any]], pictures: ImageSet
) -> None:
    out, metrics = finished
    net: Any = load_model(out / "autoencoder.safetensors")
    assert reconstruction_error(net, pictures.test.images) == pytest.approx(metrics["autoencoder"]["test_mse"])


def test_the_report_needs_no_other_file_and_shows_every_figure(finished: tuple[Path, dict[str, Any]]) -> None:
    out, _ = finished
    page = (out / "report.html").read_text(encoding="utf-8")
    sources = re.findall(r'src="([^"]{0,30})', page)
    assert len(sources) == len(list((out / "figures").iterdir()))
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in page
    assert "<script" not in page


def test_interrupted_it_goes_on_and_ends_with_the_same_numbers(
    pictures: ImageSet, tmp_path: Path, finished: tuple[Path, dict[str, Any]]
) -> None:
    first = Diary(stop_at="map")
    with pytest.raises(KeyboardInterrupt):
        run_study(pictures, tmp_path, QUICK, first)
    second = Diary()
    metrics = run_study(pictures, tmp_path, QUICK, second)
    assert second.stages[0] == "map"
    assert not set(first.stages) & set(second.stages)
    expected = finished[1]
    for number in ("autoencoder", "vae", "pca", "probes", "clustering", "empty_point", "fcd", "kid", "coverage"):
        assert metrics[number] == expected[number]


def test_other_settings_have_stages_of_their_own(tmp_path: Path) -> None:
    StageStore(tmp_path, "one").run("stage", lambda: StageResult({"answer": 1}))
    again = StageStore(tmp_path, "one").run("stage", lambda: StageResult({"answer": 2}))
    other = StageStore(tmp_path, "two").run("stage", lambda: StageResult({"answer": 3}))
    assert (again.numbers["answer"], other.numbers["answer"]) == (1, 3)


def test_a_damaged_stage_is_done_again(tmp_path: Path) -> None:
    stages = StageStore(tmp_path, "key")
    stages.run("stage", lambda: StageResult({"answer": 1}))
    (stages.folder / "stage.safetensors").write_bytes(b"half a fi")
    assert stages.run("stage", lambda: StageResult({"answer": 2})).numbers["answer"] == 2


def test_settings_make_the_nets_that_they_name(pictures: ImageSet) -> None:
    settings = StudySettings(latent_dim=5, widths=(4, 6))
    assert settings.autoencoder(pictures).latent_shape == (5,)
    assert settings.vae(pictures).latent_shape == (5,)
    assert settings.vae(pictures).config.convolutions.widths == (4, 6)


def test_the_same_seed_gives_the_same_first_weights_and_another_seed_others(pictures: ImageSet) -> None:
    first, same, other = (StudySettings(seed=seed).autoencoder(pictures).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_every_net_sees_the_same_random_numbers(pictures: ImageSet) -> None:
    long, short = (
        shared_random_latents(net, seed=3) for net in (StudySettings().autoencoder(pictures), StudySettings().vae(pictures))
    )
    assert torch.equal(long.flatten(1)[:, :16], short)


def test_the_ruler_is_the_same_whatever_the_seed(
    pictures: ImageSet, tmp_path: Path, finished: tuple[Path, dict[str, Any]]
) -> None:
    first = finished[1]
    other = run_study(pictures, tmp_path, dataclasses.replace(QUICK, seed=1))
    assert other["ruler"] == first["ruler"]
    assert other["autoencoder"]["test_mse"] != first["autoencoder"]["test_mse"]


@pytest.mark.parametrize("latent_dim", [1, 2, 100])
def test_very_small_and_large_latents_are_studied_too(pictures: ImageSet, tmp_path: Path, latent_dim: int) -> None:
    settings = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=1), latent_dim, widths=(4, 8))
    metrics = run_study(pictures, tmp_path, settings)
    assert metrics["vae"]["latent_numbers"] == latent_dim
    assert (tmp_path / "report.html").is_file()


def test_colour_pictures_of_another_size_are_studied_too(tmp_path: Path, pictures: ImageSet) -> None:
    def coloured(split: Split) -> Split:
        return Split(split.images[:, :, 4:, :].repeat(1, 3, 1, 1), split.labels)

    data = ImageSet(coloured(pictures.train), coloured(pictures.test), pictures.classes)
    settings = StudySettings(dataclasses.replace(TUTORIAL_RECIPE, epochs=1), latent_dim=3, widths=(4, 8))
    metrics = run_study(data, tmp_path, settings)
    assert metrics["autoencoder"]["latent_numbers"] == metrics["vae"]["latent_numbers"] == 3
    net: Any = load_model(tmp_path / "vae.safetensors")
    assert net.config.convolutions.image_size == (24, 28)
