"""Measurements of archives as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, provenance, table

ARTIFACT_REMOVER_ROWS = {  # names in restoring.json, and what the table calls them
    "drawings": "drawings",
    "figures, never seen": "painted figures",
    "figures, after training on others": "painted figures, {:.0f} minutes of training on others by the same artists",
}


def archive_tables() -> str:
    """Sizes, damage and interruptions of whole archives, and what the artifact remover adds to AVIF."""
    archive, fidelity, remover = (load_result(name) for name in ("archive", "fidelity", "restoring"))
    return (
        _whole_archives(archive, fidelity) + _artifact_remover(remover) + provenance("archive", "fidelity", "restoring")
    )


def _whole_archives(archive: dict[str, Any], fidelity: dict[str, Any]) -> str:
    sizes, flips, kills = archive["sizes"], archive["flips"], archive["kills"]
    fidelities = [
        [
            f"`{name}`, {fidelity['pieces']} pictures: size relative to the best single codec; lowest score",
            f"{fidelity[name]['ratio_to_best_single']:.3f}; {fidelity[name]['lowest_score']:.1f}",
        ]
        for name in ("high", "medium")
    ]
    return table(
        ["an archive", ""],
        [
            f"`lossless`, {sizes['pieces']} pictures: size relative to the best single codec",
            f"{sizes['beside_the_best_single']:.3f}",
        ],
        [f"{sizes['jpegs']} JPEGs, restored byte for byte: smaller by", f"{sizes['jpegs_smaller_by']:.0%}"],
        *fidelities,
        [
            "single flipped bits: found; pictures lost to one flip, at most",
            f"{flips['found']:,} of {flips['flips']:,}; {flips['most_lost']}",
        ],
        [
            f"runs, {kills['kills']} of {kills['runs']} killed: no original touched, no archive falsely complete",
            f"{kills['honest']} of {kills['runs']}",
        ],
    )


def _artifact_remover(remover: dict[str, Any]) -> str:
    rows = [
        [
            title.format(remover["minutes"]),
            f"{remover[name]['bd_rate_psnr']:+.1f} %",
            f"{remover[name]['bd_rate_ssimulacra2']:+.1f} %",
        ]
        for name, title in ARTIFACT_REMOVER_ROWS.items()
    ]
    return table(
        ["AVIF with our artifact remover against AVIF alone", "bits at equal PSNR", "at equal SSIMULACRA2"], *rows
    )
