"""The stage that compares VAEs by what their latents cost and what they keep: the rate-distortion curve."""

from typing import Any

from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.study_models import KL_WEIGHT_BY_NAME


def measure_rate_distortion(inputs: StageInputs) -> StageResult:
    """Collect rate and distortion of the VAEs with different KL weights, and how good their samples are.

    The rate is the KL divergence, the nats that a latent says about its picture. The distortion is the error of the
    reconstruction (Alemi et al., "Fixing a Broken ELBO", ICML 2018).

    Returns:
        A list under "curve", the largest weight first; the calibrated VAE, which needs no weight, is the last.
    """
    curve = [_measure_vae(inputs, name, weight) for name, weight in KL_WEIGHT_BY_NAME.items()]
    return StageResult({"curve": curve})


def _measure_vae(inputs: StageInputs, name: str, weight: float | None) -> dict[str, Any]:
    model = inputs.result("reconstructions").numbers[name]
    samples = inputs.result(f"{name} samples").numbers["normal"]
    return {
        "model": name,
        "kl_weight": weight,
        **{measure: model[measure] for measure in ("kl", "test_mse", "active_units")},
        "fcd": samples["frechet"],
        "density": samples["density"],
        "coverage": samples["coverage"],
    }
