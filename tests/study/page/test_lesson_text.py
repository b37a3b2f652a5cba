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
    assert text.fall_text(m).startswith("After 50 % of the run")
    m["autoencoder"]["trace"] = [1.0, 0.9, 0.5, 0.01]
    assert "until the end" in text.fall_text(m)
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
    assert "with 576 numbers 0.0016 and 0.0003 (PCA wins)" in verdict
    assert "with 16 numbers 0.0114 and 0.0204 (the autoencoder wins)" in verdict
    assert "(a draw)" in verdict
    assert "with 2 numbers" not in verdict
    m["pca"]["test_mse"] = {}
    assert text.pca_text(m) == ""


def test_what_follows_from_pca_depends_on_who_wins(m: dict[str, Any]) -> None:
    def set_errors(*errors: float) -> str:
        for name, error in zip(("autoencoder", "autoencoder_16", "autoencoder_32"), errors, strict=True):
            m[name]["test_mse"] = error
            m["pca"]["test_mse"][str(m[name]["latent_numbers"])] = 0.01
        return text.pca_lesson(m)

    wide = set_errors(0.02, 0.001, 0.001)
    assert "With 576 numbers there's so much room" in wide
    assert "for only 2 epochs" in wide
    assert "With 32 numbers" in set_errors(0.001, 0.001, 0.02)
    assert "epochs" not in set_errors(0.001, 0.001, 0.02)
    assert "With 16 numbers PCA is better in this run" in set_errors(0.001, 0.02, 0.001)
    assert "worth it at every size" in set_errors(0.001, 0.001, 0.001)
    assert "worth it at no size" in set_errors(0.02, 0.02, 0.02)


def test_a_latent_is_larger_or_smaller_than_its_picture(m: dict[str, Any]) -> None:
    assert "The stored latent is 2.9 times as large as the picture" in text.expansion_text(m)
    m["bytes"]["autoencoder_float32"] = 64.0
    assert "12.2 times smaller" in text.expansion_text(m)


@pytest.mark.parametrize(
    ("size", "error", "outcome"),
    [(480, 0.002, "WebP wins on both"), (100, 0.002, "Each wins on one"), (100, 0.0001, "autoencoder wins on both")],
)
def test_the_race_with_webp(m: dict[str, Any], size: float, error: float, outcome: str) -> None:
    m["bytes"] |= {"autoencoder_8bit": size, "webp_q20": 181}
    m["bytes_mse"] |= {"autoencoder_8bit": error, "webp_q20": 0.001}
    assert outcome in text.byte_verdict(m)
    assert "adds a few bytes" not in text.byte_verdict(m)


def test_bytes_that_zlib_adds_are_explained(m: dict[str, Any]) -> None:
    m["bytes"]["autoencoder_8bit"] = 578.4
    assert "578 bytes (zlib can't make them smaller and adds a few bytes of its own)" in text.byte_verdict(m)


def test_a_small_latent_is_further_from_the_picture_or_closer(m: dict[str, Any]) -> None:
    m["bytes_mse"] |= {"autoencoder_16_6bit": 0.0114, "webp_q0": 0.0079}
    assert "further from the picture" in text.small_latent_text(m)
    m["bytes_mse"]["webp_q0"] = 0.02
    assert "even closer" in text.small_latent_text(m)


def test_models_without_loss_are_compared_with_both_kinds_of_files(m: dict[str, Any]) -> None:
    assert "Bytes per picture without loss: VAE 430, calibrated VAE 429." in text.lossless_text(m)
    assert (
        "So the calibrated VAE beats single files, but no VAE beats many pictures in one file." in text.lossless_text(m)
    )
    m["bytes"]["vae_elbo"] = 200.0
    assert "beats both ways" in text.lossless_text(m)
    m["bytes"]["vae_elbo"] = m["vae_calibrated"]["bits_per_dimension"] = 500.0
    assert "no VAE of this page beats PNG and WebP" in text.lossless_text(m)


def test_edges_or_the_model_help(m: dict[str, Any]) -> None:
    assert "Edges are a better basis" in text.embedding_text(m)
    assert "right for 89.7 %. So what counts here is what you compare" in text.embedding_text(m)
    assert "embeddings 90.1 %" in text.neighbour_text(m)
    m["probes"]["fingerprint"]["knn_accuracy"] = 0.5
    assert "no better than pixels" in text.embedding_text(m)
    assert "a network improves on the edges" in text.embedding_text(m)


def test_both_ways_of_clustering_are_named(m: dict[str, Any]) -> None:
    assert "71.6 %" in text.cluster_text(m)
    assert "Without the hint about the sizes it's 62.0 %." in text.cluster_text(m)
    del m["clustering"]["sizes_unknown"]
    assert "hint" not in text.cluster_text(m)


def test_a_denoiser_may_win_or_lose(m: dict[str, Any]) -> None:
    sentences = text.denoising_text(m)
    assert "The autoencoder with 576 numbers removes some noise: 56 % of the error stays." in sentences
    assert "The one with 16 numbers is 0.6 dB better." in sentences
    assert "4.3 dB better than the best blur: its error is 37 %" in sentences
    assert "4.7 dB behind it" in sentences  # 21.4 - 16.7, as the table shows them
    m["denoising"] |= {"denoiser": 15.0, "autoencoder": 14.0, "autoencoder_16": 14.0}
    assert "makes the error no smaller" in text.denoising_text(m)
    assert "is as good" in text.denoising_text(m)
    assert "2.1 dB worse than the best blur" in text.denoising_text(m)
    m["denoising"]["autoencoder"] = 16.7
    assert "2.7 dB worse" in text.denoising_text(m)
    assert "no worse than the denoiser" in text.denoising_text(m)


def test_the_random_point_is_in_or_out_of_distribution(m: dict[str, Any]) -> None:
    assert text.point_text(m) == "For our point 4 of 4 are unusual. It's out of distribution."
    assert "3.3 times the distance within which 995 of 1,000 real test pictures stay (9.00)" in text.distance_text(m)
    m["empty_point"]["tests"]["cycle_error"]["unusual"] = False
    assert "3 of 4 are unusual (the distance to its neighbours, the dist" in text.point_text(m)
    m["empty_point"] |= m["empty_point"]["vae"]
    assert text.point_text(m) == "For our point 0 of 4 are unusual. So it's not out of distribution."
    assert "That's usual" in text.distance_text(m)
