"""The report: one self-contained HTML page that reads as a lesson, its figures inside it."""

import base64
from pathlib import Path
from typing import Any

from pochade.system.atomic_files import write_atomically
from pochade.system.html_templates import render_html

SAMPLERS = {
    "normal": "standard normal prior",
    "mixture": "learned prior",
    "reconstruction": "copies of test pictures",
}
TESTS = {
    "neighbour_distance": "mean distance to the 10 nearest training codes",
    "mahalanobis": "Mahalanobis distance from the codes' mean",
    "log_density": "log density under the fitted mixture",
    "cycle_error": "encode(decode(z)) misses z by, as a share of its distance from the mean",
}


def write_report(path: Path, metrics: dict[str, Any], figures: dict[str, Path]) -> None:
    """Write the page.

    Args:
        path: The HTML file.
        metrics: Every number of the study.
        figures: The PNG files by name; they are copied into the page.

    Raises:
        OutputUnwritable: The file could not be written.
    """
    page = render_html(
        "pochade.study",
        "report.html.jinja",
        {"figure": figure_text, "band": band_text},
        m=metrics,
        images={name: base64.b64encode(file.read_bytes()).decode() for name, file in figures.items()},
        samplers=SAMPLERS,
        tests=TESTS,
    )
    write_atomically(path, page)


def figure_text(value: float) -> str:
    """A number as people read it: about three significant digits."""
    if float(value).is_integer():
        return f"{int(value):,}"
    size = abs(value)
    if size >= 100:  # noqa: PLR2004
        return f"{value:,.1f}"
    return f"{value:.3g}" if size < 1 else f"{value:.2f}"


def band_text(test: dict[str, Any]) -> str:
    """The band in which a test's usual values lie, in words."""
    low, high = test["low"], test["high"]
    if low is None:
        return f"below {figure_text(high)}"
    return f"above {figure_text(low)}" if high is None else f"{figure_text(low)} to {figure_text(high)}"
