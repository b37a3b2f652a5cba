"""Figures as SVG whose text stays text, and whose colours follow the page in light and in dark mode."""

import io
import re
from typing import Any

from matplotlib.figure import Figure

INK, MUTED, LINE, SURFACE = "#22262e", "#5a6470", "#cfc9bb", "#fffefc"
AUTOENCODER, VAE, ACCENT, GOOD = "#b8323f", "#1f6f7d", "#8a5a00", "#2f7a3d"
COLOUR_VARIABLES = {  # of the page's style sheet; a file that stands alone shows the colours themselves
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    SURFACE: "--surface",
    AUTOENCODER: "--autoencoder",
    VAE: "--vae",
    ACCENT: "--accent",
    GOOD: "--good",
}
FONTS = "system-ui, sans-serif"
TEXT_SIZE = 12.5  # a figure of WIDTH inches is about as wide as a phone, where this is the size in pixels
WIDTH = 5.0  # inches
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "pochade",  # the same file in every run
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "font.size": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE,
    "savefig.dpi": 120,  # of scatter plots with many points, which are pictures inside the SVG
}


def encode_svg(figure: Figure, name: str) -> bytes:
    """Encode a figure as an SVG that can stand alone or inside a page.

    Args:
        figure: The figure.
        name: A name that no other figure of the page has; it makes identifiers unique.

    Returns:
        The file, as UTF-8.
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight", pad_inches=0.06, metadata={"Date": None})
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", file.getvalue(), flags=re.DOTALL)
    text = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)  # it would style the page
    text = re.sub(r"<!DOCTYPE.*?>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;\"]+|(?<=px )'[^;\"]+", lambda match: _plain_font(match[0]), text)
    text = re.sub(r"<svg ", '<svg style="stroke-linejoin: round" ', text, count=1)
    for colour, variable in COLOUR_VARIABLES.items():
        text = text.replace(f": {colour}", f": var({variable}, {colour})")
    return _make_identifiers_unique(text, name).encode()


def _plain_font(text: str) -> str:
    return f"font-family: {FONTS}" if text.startswith("font-family") else FONTS


def _make_identifiers_unique(text: str, name: str) -> str:
    """Remove identifiers that nothing refers to, and put the figure's name before the others."""
    used = set(re.findall(r"(?:href=\"|url\()#([\w-]+)", text))

    def rename(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    text = re.sub(r" id=\"([\w.-]+)\"", rename, text)
    return re.sub(r"(href=\"|url\()#([\w-]+)", rf"\1#{name}-\2", text)
