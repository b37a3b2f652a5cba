"""The report of a study: a lesson as one HTML page that contains its figures."""

import base64
from pathlib import Path
from typing import Any

from pochade.system.atomic_files import write_atomically
from pochade.system.html_templates import render_html

SAMPLERS = {
    "normal": "standard normal prior",
    "mixture": "learned prior",
    "reconstruction": "reconstructed test pictures",
}
TESTS = {
    "neighbour_distance": "mean distance to the 10 nearest training latents",
    "mahalanobis": "Mahalanobis distance from the mean of the latents",
    "log_density": "log density under the fitted mixture",
    "cycle_error": "distance of encode(decode(z)) from z, as a share of the distance of z from the mean",
}


def write_report(path: Path, metrics: dict[str, Any], figures: dict[str, Path]) -> None:
    """Write the lesson.

    Args:
        path: The HTML file.
        metrics: Every number of the study.
        figures: The PNG files by name; their content becomes part of the page.

    Raises:
        OutputUnwritable: The file could not be written.
    """
    page = render_html(
        "pochade.study",
        "report.html.jinja",
        {"figure": _number_text, "band": _range_text},
        m=metrics,
        images={name: base64.b64encode(file.read_bytes()).decode() for name, file in figures.items()},
        samplers=SAMPLERS,
        tests=TESTS,
    )
    write_atomically(path, page)


def _number_text(value: float) -> str:
    """A number with about three significant digits."""
    if float(value).is_integer():
        return f"{int(value):,}"
    magnitude = abs(value)
    if magnitude >= 100:  # noqa: PLR2004
        return f"{value:,.1f}"
    return f"{value:.3g}" if magnitude < 1 else f"{value:.2f}"


def _range_text(test: dict[str, Any]) -> str:
    """The usual values of a test."""
    low, high = test["low"], test["high"]
    if low is None:
        return f"below {_number_text(high)}"
    return f"above {_number_text(low)}" if high is None else f"{_number_text(low)} to {_number_text(high)}"
