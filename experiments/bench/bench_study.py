"""The whole study with both recipes: how long it takes, and how good its models, samples and groups are.

    python -m experiments.bench.bench_study

The tutorial's recipe runs once, ours with seeds 0, 1 and 2, each in a process of its own, as a person would run it.
Each run starts from nothing, so imports and compilation count.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from experiments.shared.record import record, summary

SEEDS = range(3)


def main() -> None:
    """Measure, and write `results/study.json` after each run."""
    tutorial = _run_study("--recipe", "tutorial")
    fast: list[dict[str, Any]] = []
    for seed in SEEDS:
        fast.append(_run_study("--recipe", "fast", "--seed", str(seed)))
        ours = {name: summary([read_figure(run) for run in fast]) for name, read_figure in FIGURES.items()}
        figures = {
            "tutorial": {name: read_figure(tutorial) for name, read_figure in FIGURES.items()},
            "fast": ours,
            "fcd_ratio": ours["fcd_learned_prior"]["mean"] / tutorial["fcd"]["vae"]["normal"],
            "floor": {measure: tutorial[measure]["floor"] for measure in ("fcd", "kid", "coverage")},
        }
        record("study", figures)


FIGURES: dict[str, Any] = {
    "wall_seconds": lambda run: run["wall_seconds"],
    "autoencoder_test_mse": lambda run: run["autoencoder"]["test_mse"],
    "vae_test_mse": lambda run: run["vae"]["test_mse"],
    "vae_elbo": lambda run: run["vae"]["elbo"],
    "fcd_normal_prior": lambda run: run["fcd"]["vae"]["normal"],
    "fcd_learned_prior": lambda run: run["fcd"]["vae"]["mixture"],
    "kid_normal_prior": lambda run: run["kid"]["vae"]["normal"],
    "kid_learned_prior": lambda run: run["kid"]["vae"]["mixture"],
    "coverage_normal_prior": lambda run: run["coverage"]["vae"]["normal"],
    "coverage_learned_prior": lambda run: run["coverage"]["vae"]["mixture"],
    "copied_share": lambda run: run["copied_share"]["vae"]["mixture"],
    "nearest_ratio": lambda run: run["nearest_ratio"]["vae"]["mixture"],
    "knn_accuracy": lambda run: run["knn_accuracy"],
    "clustering_accuracy": lambda run: run["clustering"]["accuracy"],
    "clustering_nmi": lambda run: run["clustering"]["nmi"],
    "autoencoder_point_empty": lambda run: float(run["empty_point"]["verdict"] == "empty"),
    "vae_point_empty": lambda run: float(run["empty_point"]["vae"]["verdict"] == "empty"),
    "vae_learned_prior_point_empty": lambda run: float(
        run["empty_point"]["vae"]["learned_prior"]["verdict"] == "empty"
    ),
}


def _run_study(*options: str) -> dict[str, Any]:
    """Run `pochade study`, and return its metrics with the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pochade", "study", "--out", folder, *options], check=True)
        seconds = time.perf_counter() - begin
        metrics: dict[str, Any] = json.loads((Path(folder) / "metrics.json").read_text(encoding="utf-8"))
    print(
        *options,
        f"{seconds:.0f} s",
        {name: read_figure(metrics | {"wall_seconds": seconds}) for name, read_figure in FIGURES.items()},
        flush=True,
    )
    return metrics | {"wall_seconds": seconds}


if __name__ == "__main__":
    main()
