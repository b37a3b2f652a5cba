"""Sentences of the lesson claim what the numbers say, and the opposite if the numbers are the opposite."""

from typing import Any

import pytest

from pochade.study.page import lesson_text as text
from tests.support.lesson_sample import lesson_sample


@pytest.fixture
def m() -> dict[str, Any]:
    return lesson_sample(widths=(16, 32, 64)).metrics


def test_the_recipe_is_the_one_that_ran(m: dict[str, Any]) -> None:
    assert "Muon, batches of 256 pictures and 2 epochs" in text.recipe_text(m)
    adam = text.recipe_text(lesson_sample(recipe="tutorial", epochs=1).metrics)
    assert "Adam with a constant learning rate of 0.001, batches of 64 pictures and 1 epoch." in adam


def test_where_the_loss_falls_is_read_from_its_curve(m: dict[str, Any]) -> None:
    m["autoencoder"]["trace"] = [1.0, 0.05, 0.02, 0.01]
    assert "after 50 % of the run" in text.fall_text(m)
    m["autoencoder"]["trace"] = [1.0, 2.0]
    assert "did not fall" in text.fall_text(m)
    m["autoencoder"]["trace"] = [1.0]
    assert "did not fall" in text.fall_text(m)


def test_pca_wins_loses_or_ties(m: dict[str, Any]) -> None:
    m["autoencoder"]["test_mse"], m["pca"]["test_mse"]["576"] = 0.0016, 0.0003
    m["autoencoder_16"]["test_mse"], m["pca"]["test_mse"]["16"] = 0.0114, 0.0204
    m["autoencoder_32"]["test_mse"], m["pca"]["test_mse"]["32"] = 0.01, 0.01
    del m["pca"]["test_mse"]["2"]
    verdict = text.pca_text(m)
    assert "With 576 numbers, the test error is 0.0016 for the autoencoder and 0.0003 for PCA: PCA wins." in verdict
    assert "0.0204 for PCA: the autoencoder wins." in verdict
    assert "it's a draw" in verdict
    assert "With 2 numbers" not in verdict


def test_what_follows_from_pca_depends_on_who_wins(m: dict[str, Any]) -> None:
    def set_errors(*errors: float) -> str:
        for name, error in zip(("autoencoder", "autoencoder_16", "autoencoder_32"), errors, strict=True):
            m[name]["test_mse"] = error
            m["pca"]["test_mse"][str(m[name]["latent_numbers"])] = 0.01
        return text.pca_lesson(m)

    assert "With 576 numbers there's so much room" in set_errors(0.02, 0.001, 0.001)
    assert "paid off at every size" in set_errors(0.001, 0.001, 0.001)
    assert "did not pay off at any size" in set_errors(0.02, 0.02, 0.02)


def test_a_latent_is_larger_or_smaller_than_its_picture(m: dict[str, Any]) -> None:
    assert "makes it 2.9 times larger" in text.expansion_text(m)
    m["bytes"]["autoencoder_float32"] = 64.0
    assert "12.2 times smaller" in text.expansion_text(m)


@pytest.mark.parametrize(
    ("size", "error", "outcome"),
    [(480, 0.002, "WebP wins on both"), (100, 0.002, "Each wins one"), (100, 0.0001, "autoencoder wins on both")],
)
def test_the_race_with_webp(m: dict[str, Any], size: float, error: float, outcome: str) -> None:
    m["bytes"] |= {"autoencoder_8bit": size, "webp_q20": 181}
    m["bytes_mse"] |= {"autoencoder_8bit": error, "webp_q20": 0.001}
    assert outcome in text.byte_verdict(m)


def test_the_best_lossless_form_is_named(m: dict[str, Any]) -> None:
    assert "Here WebP is best" in text.lossless_text(m)
    m["bytes"]["vae_elbo"] = 200.0
    assert "Here the VAE is best" in text.lossless_text(m)
    m["bytes"] |= {"vae_elbo": 400.0, "webp_lossless_sheet": 400.0, "png_sheet": 401.0}
    assert "A close race" in text.lossless_text(m)


def test_edges_or_the_model_help(m: dict[str, Any]) -> None:
    assert "Edges are the better question" in text.embedding_text(m)
    assert "without any training" in text.embedding_text(m)
    m["probes"]["edges, PCA"]["knn_accuracy"] = 0.5
    assert "no better than pixels" in text.embedding_text(m)
    assert "the trained model improves" in text.embedding_text(m)
    assert "the embedding 89.7 %" in text.neighbour_text(m)


def test_both_ways_of_clustering_are_named(m: dict[str, Any]) -> None:
    assert "71.6 %" in text.cluster_text(m)
    assert "62.0 % (0.68)" in text.cluster_text(m)
    del m["clustering"]["sizes_unknown"]
    assert "hint" not in text.cluster_text(m)


def test_a_denoiser_may_win_or_lose(m: dict[str, Any]) -> None:
    assert "4.3 dB better than the best blur: its error is 37 %" in text.denoising_text(m)
    assert "4.7 dB behind the denoiser" in text.denoising_text(m)
    m["denoising"]["denoiser"] = 15.0
    assert "2.1 dB worse than the best blur" in text.denoising_text(m)
    assert "no worse than the denoiser" in text.denoising_text(m)


def test_the_random_point_is_in_or_out_of_distribution(m: dict[str, Any]) -> None:
    assert "4 of 4 measurements are unusual" in text.point_text(m)
    assert "3.3 times as far away" in text.distance_text(m)
    m["empty_point"] |= m["empty_point"]["vae"]
    assert "0 of 4 measurements are unusual. With these settings it's not" in text.point_text(m)
    assert "That's not unusual" in text.distance_text(m)
