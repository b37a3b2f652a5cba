"""The README's chart of measured results, as SVG text: it is made from `experiments/results/` and nothing else."""

from dataclasses import dataclass
from typing import Any

from experiments.report.markdown import load_result

WIDTH, MARGIN, LABEL_WIDTH, ROW, PANEL_GAP = 880, 20, 300, 26, 46  # pixels
OURS_COLOUR, RIVAL_COLOUR, INK, PAPER = "#1f6f78", "#c3ccd0", "#22282b", "#ffffff"


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value, and the value as text."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Panel:
    """Bars on one scale from zero, the first of them ours."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """Pixels from the title to the last bar."""
        return ROW * (len(self.bars) + 1)


def chart() -> str:
    """The chart: four measured tasks, Pochade against the best usual tool for each."""
    panels = (_duplicates(), _sketches(), _scans(), _archives())
    height = MARGIN + sum(panel.height + PANEL_GAP for panel in panels) - PANEL_GAP + MARGIN
    body, top = list[str](), MARGIN
    for panel in panels:
        body += _draw_panel(panel, top)
        top += panel.height + PANEL_GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="14">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _draw_panel(panel: Panel, top: int) -> list[str]:
    longest = max(bar.value for bar in panel.bars)
    room = WIDTH - LABEL_WIDTH - 2 * MARGIN - 90  # 90 pixels for the value's text
    lines = [f'<text x="{MARGIN}" y="{top + 14}" font-weight="bold" fill="{INK}">{panel.title}</text>']
    for place, bar in enumerate(panel.bars):
        y, length = top + ROW * (place + 1), room * bar.value / longest
        colour = RIVAL_COLOUR if place else OURS_COLOUR
        lines += [
            f'<text x="{MARGIN + LABEL_WIDTH - 10}" y="{y + 14}" text-anchor="end" fill="{INK}">{bar.label}</text>',
            f'<rect x="{MARGIN + LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="18" rx="2" fill="{colour}"/>',
            f'<text x="{MARGIN + LABEL_WIDTH + length + 8:.1f}" y="{y + 14}" fill="{INK}">{bar.text}</text>',
        ]
    return lines


def _duplicates() -> Panel:
    copies = load_result("copies")
    names = {"look_unrelated": "Pochade, embeddings", "phash-256_unrelated": "perceptual hash, 256 bits"}
    bars = (Bar(label, copies[name]["recall"], f"{copies[name]['recall']:.0%}") for name, label in names.items())
    return Panel(
        "Edited copies found at 99 % precision (cropped, turned, mirrored, scanned …): more is better", tuple(bars)
    )


def _sketches() -> Panel:
    codes = load_result("codes")
    bars = [Bar("Pochade, 256 bytes", codes["pochade"]["mean"], _decibels(codes["pochade"]["mean"]))]
    for name, label in (("WEBP", "WebP"), ("AVIF", "AVIF"), ("JXL", "JPEG XL")):
        rival: dict[str, Any] = codes[name]
        bars.append(
            Bar(f"{label}, {rival['bytes']['mean']:.0f} bytes", rival["psnr"]["mean"], _decibels(rival["psnr"]["mean"]))
        )
    return Panel("A drawing of 96 x 96 pixels redrawn from a sketch, PSNR: more is better", tuple(bars))


def _scans() -> Panel:
    scans = load_result("clean")["scans"]
    names = ("non-local means", "bilateral", "total variation")
    bars = [Bar("Pochade", scans["pochade"]["psnr"]["mean"], _decibels(scans["pochade"]["psnr"]["mean"]))]
    bars += [Bar(name, scans[name]["psnr"]["mean"], _decibels(scans[name]["psnr"]["mean"])) for name in names]
    return Panel("Badly scanned drawings, cleaned, PSNR: more is better", tuple(bars))


def _archives() -> Panel:
    sizes = load_result("archive")["sizes"]
    bars = [Bar("Pochade, smallest codec for each picture", sizes["archive"] / 1e6, f"{sizes['archive'] / 1e6:.1f} MB")]
    bars += [
        Bar(name, size / 1e6, f"{size / 1e6:.1f} MB")
        for name, size in sorted(sizes["single"].items(), key=lambda item: item[1])
    ]
    bars.append(
        Bar("originals, 250 PNGs and 250 JPEGs", sizes["originals"] / 1e6, f"{sizes['originals'] / 1e6:.1f} MB")
    )
    return Panel("500 pictures without loss, size: less is better", tuple(bars))


def _decibels(value: float) -> str:
    return f"{value:.1f} dB"
