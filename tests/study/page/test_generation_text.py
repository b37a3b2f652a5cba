"""Sentences about random points and samples claim what the numbers say."""

from typing import Any

import pytest

from pochade.study.page import generation_text as text
from tests.support.lesson_sample import lesson_sample


@pytest.fixture
def m() -> dict[str, Any]:
    return lesson_sample().metrics


def test_a_share_has_its_interval(m: dict[str, Any]) -> None:
    expected = "24 of 1,000 random points are out of distribution for the VAE (95 % interval: 1.6 % to 3.5 %)"
    assert text.share_text(m, "vae") == expected


@pytest.mark.parametrize(
    ("plain", "vae", "calibrated", "claim"),
    [
        (0.99, 0.02, 0.02, "and nearly none for the VAE, although"),
        (0.8, 0.3, 0.3, "Fewer random points"),
        (0.2, 0.5, 0.5, "did not fill its latent space better"),
        (0.99, 0.02, 0.73, "For the calibrated VAE it's 73.0 %"),
    ],
)
def test_who_fills_the_latent_space(m: dict[str, Any], plain: float, vae: float, calibrated: float, claim: str) -> None:
    m["empty_share"] |= {"autoencoder_16": plain, "vae": vae, "vae_calibrated": calibrated}
    sentence = text.share_contrast(m)
    assert claim in sentence
    assert ("calibrated" in sentence) == (calibrated > vae)


def test_the_first_point_for_both_models(m: dict[str, Any]) -> None:
    assert "out of distribution for the autoencoder, but in distribution for the VAE" in text.point_names(m)
    m["empty_point"]["vae"]["verdict"] = "empty"
    assert "and out of distribution for the VAE" in text.point_names(m)


def test_the_largest_cause_is_named(m: dict[str, Any]) -> None:
    m["density"]["autoencoder"]["normal"] = m["density"]["autoencoder_16"]["normal"] = 0.1
    m["density"]["autoencoder_16"]["matched"] = 0.2
    m["density"]["vae"]["normal"] = 0.95
    assert "The largest step is due to the VAE's training" in text.cause_text(m)
    m["density"]["autoencoder_16"] |= {"normal": 0.9, "matched": 0.9}
    assert "due to the size of the latent" in text.cause_text(m)
    m["density"]["autoencoder"]["normal"] = 2.0
    m["density"]["vae"]["normal"] = 0.1
    assert "no step raises it" in text.cause_text(m)


def test_the_best_learned_prior_is_named(m: dict[str, Any]) -> None:
    m["fcd"]["autoencoder_32"]["mixture"] = 5.5
    sentence = text.learned_prior_text(m)
    assert "the autoencoder with 32 numbers from 76.0 to 5.5" in sentence
    assert sentence.endswith("The best with a learned prior is the autoencoder with 32 numbers.")
    m["fcd"] = {"floor": 1.0}
    assert "could not be measured" in text.learned_prior_text(m)


def test_distance_and_density_may_disagree(m: dict[str, Any]) -> None:
    m["fcd"] |= {"vae": {"normal": 29.3}, "vae_calibrated": {"normal": 21.9}}
    m["density"] |= {"vae": {"normal": 1.03}, "vae_calibrated": {"normal": 0.12}}
    assert text.ranking_text(m).endswith(
        "FCD prefers the calibrated VAE (21.9 against 29.3), although the density says the opposite: 0.12 against 1.03."
    )
    m["density"]["vae"]["normal"] = 0.05
    assert "and density agrees: 0.12 against 0.05" in text.ranking_text(m)
    m["fcd"]["vae"]["normal"] = float("nan")
    assert "could not be compared" in text.ranking_text(m)


def test_calibration_may_help_or_not(m: dict[str, Any]) -> None:
    m["vae"]["test_mse"], m["vae_calibrated"]["test_mse"] = 0.0179, 0.0114
    assert "36 % less" in text.blur_text(m)
    m["vae_calibrated"]["test_mse"] = 0.02
    assert "did not make it smaller" in text.blur_text(m)


def test_the_price_of_a_vae_is_compared_only_with_as_many_numbers(m: dict[str, Any]) -> None:
    assert "A plain autoencoder with as many has" in text.vae_price_text(m)
    m["vae"]["latent_numbers"] = 5
    assert "plain" not in text.vae_price_text(m)


def test_the_ends_of_the_trade(m: dict[str, Any]) -> None:
    assert "From the VAE with KL × 4 to the calibrated VAE, the latent carries 4.1 to 46.1 nats" in text.trade_text(m)


def test_copies_are_called_copies(m: dict[str, Any]) -> None:
    assert text.copied_text(m).endswith("They are new.")
    m["copied_share"]["vae"]["mixture"] = 0.4
    assert text.copied_text(m).endswith("Some may be copies.")


def test_the_tighter_bound_is_optional(m: dict[str, Any]) -> None:
    assert "4.340 bits, on 500 pictures" in text.bound_text(m)
    del m["vae_calibrated"]["importance_weighted"]
    assert text.bound_text(m).endswith("4.380 bits per pixel.")


def test_numbers_in_use_are_counted(m: dict[str, Any]) -> None:
    assert text.active_text(m) == "The VAE uses 12 of 16, and the calibrated VAE 12 of 16."
