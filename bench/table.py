"""The README's table of figures, made from `results/*.json`: `python -m bench.table` writes it anew."""

import json
from pathlib import Path
from typing import Any

from bench.record import RESULTS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- figures: python -m bench.table -->\n", "<!-- end of figures -->\n"


def main() -> None:
    """Put the table into the README."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    README.write_text(before + BEGIN + table() + END + after, encoding="utf-8")


def table() -> str:
    """The table as Markdown."""
    training, study, dimensions = (result(name) for name in ("training", "study", "dimensions"))
    tutorial, fast = study["tutorial"], study["fast"]
    rows = [
        ("", "tutorial recipe", "fast recipe"),
        ("---", "---:", "---:"),
        (
            f"training of the autoencoder, seconds (median of {training['fast']['seconds']['n']})",
            f"{training['tutorial']['seconds']['median']:.0f}",
            f"{training['fast']['seconds']['median']:.0f}",
        ),
        (
            "its test MSE, 576 numbers",
            f"{training['tutorial']['test_mse']['median']:.5f}",
            f"{training['fast']['test_mse']['median']:.5f}",
        ),
        ("VAE's test MSE, 16 numbers", f"{tutorial['vae_test_mse']:.5f}", spread(fast["vae_test_mse"], 5)),
        *(
            (
                f"{title} of new pictures, {prior} prior (real ones: {study['floor'][measure]:.{digits}f})",
                f"{tutorial[f'{measure}_{prior}_prior']:.{digits}f}",
                spread(fast[f"{measure}_{prior}_prior"], digits),
            )
            for measure, title, digits in (("fcd", "FCD", 1), ("kid", "KID", 3), ("coverage", "coverage", 2))
            for prior in ("normal", "learned")
        ),
        (
            "10-nearest-neighbour accuracy, 64 numbers",
            f"{tutorial['knn_accuracy']:.3f}",
            spread(fast["knn_accuracy"], 3),
        ),
        (
            "clustering accuracy / NMI",
            f"{tutorial['clustering_accuracy']:.3f} / {tutorial['clustering_nmi']:.3f}",
            f"{spread(fast['clustering_accuracy'], 3)} / {spread(fast['clustering_nmi'], 3)}",
        ),
        ("the whole study, seconds", f"{tutorial['wall_seconds']:.0f}", spread(fast["wall_seconds"], 0)),
    ]
    text = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    header = ["numbers in the latent", *dimensions["by_dimension"]]
    errors = [
        (name, *(f"{row[key]:.5f}" for row in dimensions["by_dimension"].values()))
        for name, key in (("PCA, test MSE", "pca_test_mse"), ("autoencoder, fast recipe", "autoencoder_test_mse"))
    ]
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *errors]
    text += "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
    machine = study["machine"]
    return (
        f"{text}\n{machine['processor']}, {machine['cores']} cores, torch {machine['torch']}; "
        f"± is the standard deviation over {fast['wall_seconds']['n']} seeds. "
        "Scripts and raw figures: [`bench/`](bench).\n"
    )


def spread(figure: dict[str, Any], digits: int) -> str:
    """A mean with its standard deviation."""
    deviation = f" ± {figure['sd']:.{digits}f}" if figure["sd"] is not None else ""
    return f"{figure['mean']:.{digits}f}{deviation}"


def result(name: str) -> dict[str, Any]:
    """One of the recorded measurements."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
