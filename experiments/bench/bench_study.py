"""The whole study with both recipes: how long it takes, and how good its models, samples and groups are.

    python -m experiments.bench.bench_study

The tutorial's recipe runs once, ours with five seeds, each in a process of its own, as a person would run it. Each run
starts from nothing, so imports count.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from experiments.shared.record import record, summary

SEEDS = range(5)
SAMPLED = ("autoencoder", "autoencoder_16", "autoencoder_32", "vae", "vae_calibrated")
SAMPLERS = ("normal", "matched", "mixture")
MEASURES = ("fcd", "density", "coverage")


def main() -> None:
    """Measure, and write `results/study.json` after each run."""
    fast: list[dict[str, float]] = []
    tutorial: dict[str, float] = {}
    for seed in SEEDS:
        run = _run_study("--recipe", "fast", "--seed", str(seed))
        fast.append(_figures(run))
        if not tutorial:
            tutorial = _figures(_run_study("--recipe", "tutorial"))
        ours = {name: summary([figures[name] for figures in fast]) for name in fast[0]}
        figures = {
            "tutorial": tutorial,
            "fast": ours,
            "vae_test_loss_ratio": ours["vae_test_loss"]["mean"] / tutorial["vae_test_loss"],
            "vae_training_seconds_ratio": ours["vae_training_seconds"]["mean"] / tutorial["vae_training_seconds"],
            "floor": {measure: run[measure]["floor"] for measure in (*MEASURES, "kid")},
        }
        record("study", figures)


def _figures(run: dict[str, Any]) -> dict[str, float]:
    """The figures of one run that the documentation shows, by name."""
    samples = {
        f"{measure}_{model}_{sampler}": run[measure][model][sampler]
        for measure in MEASURES
        for model in SAMPLED
        for sampler in SAMPLERS
    }
    return {
        "wall_seconds": run["wall_seconds"],
        "work_seconds": run["seconds"]["total"],
        "vae_training_seconds": run["seconds"]["vae"],
        **{f"{model}_test_mse": run[model]["test_mse"] for model in SAMPLED},
        "vae_test_loss": run["vae"]["test_loss"],
        "vae_kl": run["vae"]["kl"],
        "vae_calibrated_kl": run["vae_calibrated"]["kl"],
        "vae_active_units": run["vae"]["active_units"],
        "vae_bits": run["vae"]["bits_per_dimension"],
        "vae_calibrated_bits": run["vae_calibrated"]["bits_per_dimension"],
        "vae_calibrated_importance_weighted_bits": run["vae_calibrated"]["importance_weighted"]["bits_per_dimension"],
        **{f"empty_share_{model}": share for model, share in run["empty_share"].items()},
        **{f"denoising_{name}": decibels for name, decibels in run["denoising"].items()},
        **samples,
        "copied_share": run["copied_share"]["autoencoder_32"]["mixture"],
        "knn_accuracy": run["knn_accuracy"],
        "edge_autoencoder_knn_accuracy": run["probes"]["edge autoencoder"]["knn_accuracy"],
        "clustering_accuracy": run["clustering"]["accuracy"],
        "clustering_nmi": run["clustering"]["nmi"],
        "sizes_unknown_accuracy": run["clustering"]["sizes_unknown"]["accuracy"],
        "sizes_unknown_nmi": run["clustering"]["sizes_unknown"]["nmi"],
    }


def _run_study(*options: str) -> dict[str, Any]:
    """Run `pochade study`, and return its metrics with the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pochade", "study", "--out", folder, *options], check=True)
        seconds = time.perf_counter() - begin
        metrics: dict[str, Any] = json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    metrics["wall_seconds"] = seconds
    print(*options, f"{seconds:.0f} s", _figures(metrics), flush=True)
    return metrics


if __name__ == "__main__":
    main()
