"""The whole study with both recipes: how long it takes, how good its samples and groups are, and three seeds of ours.

The tutorial's recipe runs once, ours with seeds 0, 1 and 2, each in a process of its own, as a person would. Each run
starts from nothing, so compiling and reading count.
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
    """Measure and write `results/study.json`, anew after each run."""
    tutorial = studied("--recipe", "tutorial")
    fast: list[dict[str, Any]] = []
    for seed in SEEDS:
        fast.append(studied("--recipe", "fast", "--seed", str(seed)))
        ours = {name: summary([found(run) for run in fast]) for name, found in FIGURES.items()}
        figures = {
            "tutorial": {name: found(tutorial) for name, found in FIGURES.items()},
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


def studied(*options: str) -> dict[str, Any]:
    """Every number of one run of `pochade study`, and the seconds that a person waits for it."""
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pochade", "study", "--out", out, *options], check=True)
        seconds = time.perf_counter() - started
        numbers: dict[str, Any] = json.loads((Path(out) / "metrics.json").read_text(encoding="utf-8"))
    print(
        *options,
        f"{seconds:.0f} s",
        {name: found(numbers | {"wall_seconds": seconds}) for name, found in FIGURES.items()},
        flush=True,
    )
    return numbers | {"wall_seconds": seconds}


if __name__ == "__main__":
    main()
