"""Sentences about random points and samples claim what the numbers say."""

from typing import Any

import pytest

from pochade.study.page import generation_text as text
from pochade.study.page.verdict_text import verdict_text
from tests.support.lesson_sample import lesson_sample


@pytest.fixture
def m() -> dict[str, Any]:
    return lesson_sample().metrics


def test_a_share_has_its_interval(m: dict[str, Any]) -> None:
    sentences = text.share_text(m, "vae")
    assert sentences.startswith("24 of 1,000 random points are out of distribution for the VAE. (")
    assert "between 1.6 % and 3.5 %" in sentences
    assert sentences.endswith("the same tests also find 1.8 % of real test pictures out of distribution.")


@pytest.mark.parametrize(
    ("plain", "vae", "calibrated", "claim"),
    [
        (0.99, 0.02, 0.02, "16 numbers (99.0 %), and nearly none for the VAE (2.0 %), although"),
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
    def set_densities(*values: float) -> str:
        wide, wide_matched, narrow, vae_matched, vae = values
        m["density"]["autoencoder"] |= {"normal": wide, "matched": wide_matched}
        m["density"]["autoencoder_16"]["matched"] = narrow
        m["density"]["vae"] |= {"normal": vae, "matched": vae_matched}
        return text.cause_text(m)

    m["density"]["autoencoder_32"]["matched"] = 0.04
    training = set_densities(0.06, 0.18, 0.15, 1.09, 1.03)
    assert "row by row: 0.06, 0.18, 0.15, 1.09, 1.03. The largest gain comes from the VAE's training" in training
    assert "has 0.04, no more than the one with 576: 0.18.)" in training
    m["vae"]["latent_numbers"] = 2
    assert "from the VAE's training and its size of 2" in set_densities(0.06, 0.18, 0.15, 1.09, 1.03)
    m["density"]["autoencoder_32"]["matched"] = 0.4
    assert "more than the one" in set_densities(0.06, 0.18, 0.9, 1.0, 1.0)
    assert "comes from changing the size" in set_densities(0.06, 0.18, 0.9, 1.0, 1.0)
    assert "no step raises it" in set_densities(2.0, 1.0, 0.9, 0.8, 0.1)


def test_the_best_learned_prior_is_named(m: dict[str, Any]) -> None:
    m["fcd"]["autoencoder_32"]["mixture"] = 5.5
    for name in ("autoencoder", "autoencoder_16", "autoencoder_32"):
        m["density"][name] |= {"matched": 0.5, "mixture": 0.9}
    sentence = text.learned_prior_text(m)
    assert "the autoencoder with 32 numbers 76.0 and 5.5" in sentence
    assert "The best is the autoencoder with 32 numbers." in sentence
    assert sentence.endswith("is then at most 0.50, and with the learned prior at least 0.90.")
    m["density"]["autoencoder"]["matched"] = 1.0
    assert text.learned_prior_text(m).endswith("32 numbers.")
    m["fcd"] = {"floor": 1.0}
    assert "could not be measured" in text.learned_prior_text(m)


def test_distance_and_density_may_disagree(m: dict[str, Any]) -> None:
    m["fcd"] |= {"vae": {"normal": 29.3}, "vae_calibrated": {"normal": 21.9}}
    m["density"] |= {"vae": {"normal": 1.03}, "vae_calibrated": {"normal": 0.12}}
    disagreement = text.ranking_text(m)
    assert disagreement.endswith(
        "FCD prefers the calibrated VAE (21.9 against 29.3), although density says the opposite: 0.12 against 1.03."
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
    sentences = text.trade_text(m)
    assert "Coverage is largest for the VAE with KL × 0.25: 0.41. With a larger weight, variety is lost" in sentences
    assert "the VAE with KL × 4 uses 12 of 16 numbers" in sentences
    m["rate_distortion"][0]["active_units"] = 16
    assert "variety is lost. With" in text.trade_text(m)
    m["rate_distortion"][0]["coverage"] = 0.9
    assert text.trade_text(m).endswith("Coverage is largest for the VAE with KL × 4: 0.90.")


def test_copies_are_called_copies(m: dict[str, Any]) -> None:
    assert text.copied_text(m).endswith("So the model doesn't copy.")
    m["copied_share"]["vae"]["mixture"] = 0.4
    assert text.copied_text(m).endswith("So it may copy some.")


def test_the_tighter_bound_is_compared_on_the_same_pictures(m: dict[str, Any]) -> None:
    bounds = "from 4.410 to 4.340 bits per pixel for the VAE and from 4.410 to 4.340 bits per pixel for the calibrated"
    assert f"With 64 samples of each posterior, on 250 pictures, the bound goes {bounds}" in text.bound_text(m)
    for name in ("vae", "vae_calibrated"):
        del m[name]["importance_weighted"]
    assert text.bound_text(m) == "It was not measured in this run."


def test_the_verdict_names_the_best_models_and_whether_a_vae_is_needed(m: dict[str, Any]) -> None:
    m["coverage"]["floor"], m["coverage"]["autoencoder_32"]["mixture"] = 0.97, 0.83
    m["coverage"]["vae"]["normal"] = 0.4
    verdict = verdict_text(m)
    assert (
        "come from the autoencoder with 32 numbers and a learned prior (FCD 8.0, density 0.90, coverage 0.83)"
        in verdict
    )
    assert "the best come from the VAE and N(0, I) (FCD 76.0, density 0.10, coverage 0.40)" in verdict
    assert "once a prior is learned, these pictures don't need a VAE" in verdict
    assert "has few gaps: 2.4 %" in verdict
    m["coverage"]["vae"]["mixture"], m["empty_share"]["vae"] = 0.9, 0.5
    assert "the VAE's training pays for new pictures, too" in verdict_text(m)
    assert "has gaps, too: 50.0 %" in verdict_text(m)
    m["coverage"]["autoencoder"]["normal"] = 0.95
    assert "in this run new pictures don't need a VAE" in verdict_text(m)
    assert verdict.startswith("Largely, yes. By coverage")
    m["coverage"] = {"floor": 0.97, "vae": {"normal": 0.3}}
    assert verdict_text(m).startswith("Only in part. ")
    m["coverage"] = {"floor": 0.97}
    assert "could not be compared" in verdict_text(m)


def test_numbers_in_use_are_counted(m: dict[str, Any]) -> None:
    assert text.active_text(m) == "The VAE uses 12 of 16, and the calibrated VAE 12 of 16."
