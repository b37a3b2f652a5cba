"""Measurements of the cleaner as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, provenance, table

OURS, CHAIN = "pochade", "despeckled, then non-local means"
RIVALS_SHOWN = 3


def cleaning_tables() -> str:
    """Scans, marks that must go or stay, noise, time and memory."""
    result = load_result("clean")
    return _scans(result["scans"]) + _marks(result) + _text(result) + provenance("clean")


def _scans(scans: dict[str, Any]) -> str:
    rivals = sorted((name for name in scans if name not in ("the scan", OURS)), key=lambda name: -_psnr(scans[name]))
    names = ["the scan", OURS, *rivals[:RIVALS_SHOWN]]
    return table(
        [f"{scans[OURS]['psnr']['n']} drawings, badly scanned", "the scan", "Pochade", *rivals[:RIVALS_SHOWN]],
        ["PSNR, dB", *(f"{_psnr(scans[name]):.1f}" for name in names)],
        ["strokes, F1 at a tolerance of 2/1000", *(f"{scans[name]['f1_at_2']['mean']:.3f}" for name in names)],
        ["colour error of paint, CIEDE2000", *(f"{scans[name]['ciede2000']['mean']:.1f}" for name in names)],
    )


def _marks(result: dict[str, Any]) -> str:
    marks, hatching, names = result["spots"], result["hatching"], (OURS, CHAIN)
    return table(
        ["share", "Pochade", CHAIN],
        ["specks of 0.1 to 1 mm removed", *(f"{marks[name]['dust']['removed']:.0%}" for name in names)],
        ["dots of stippling lost", *(f"{marks[name]['stipple']['lost']:.1%}" for name in names)],
        ["stars lost", *(f"{marks[name]['stars']['lost']:.1%}" for name in names)],
        ["contrast of fine hatching kept", *(f"{hatching[name]['all']['mean']:.0%}" for name in names)],
    )


def _text(result: dict[str, Any]) -> str:
    noise, big = result["white_noise"], result["big"]
    return (
        f"White noise of standard deviation 25 goes from {_psnr(noise['none']):.1f} dB to {_psnr(noise[OURS]):.1f} dB; "
        f"BM3D, given the deviation, reaches {_psnr(noise['bm3d']):.1f} dB in {noise['times_faster']:.0f} times the "
        f"time. Clean drawings come back at {result['clean_in']['mean']:.0f} dB. "
        f"12 megapixels take {big['seconds']['median']:.0f} s and {big['most_mb']['median'] / 1000:.1f} GB.\n"
    )


def _psnr(figures: dict[str, Any]) -> float:
    return float(figures["psnr"]["mean"])
