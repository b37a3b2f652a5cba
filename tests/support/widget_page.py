"""A small page with the containers of the lesson's widgets, opened offline in a browser."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Browser, Locator, Page, expect

from pochade.study.page.lesson_data import lesson_data
from pochade.study.page.page_scripts import page_script, widget_style
from tests.support.browser import MAX_WAIT, Scheme, Visit
from tests.support.lesson_sample import lesson_sample

WIDGETS = ("maps", "random", "walk", "draw", "trade", "noise", "layers", "convolution")
THEME = """
:root { color-scheme: light dark; --ink: #22262e; --muted: #59616b; --background: #fbfaf7; --surface: #fffefc;
  --line: #d9d4c7; --autoencoder: #b8323f; --vae: #1f6f7d; --accent: #8a5a00; --good: #2f7a3d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e3dc; --muted: #a9adb3; --background: #17191d;
  --surface: #20242a; --line: #3d434c; --autoencoder: #ff8a92; --vae: #6cc4d2; --accent: #e5b05c; --good: #84cc90; } }
body { margin: 0; color: var(--ink); background: var(--background); }
main { max-width: 46rem; margin: auto; padding: 1rem; }
"""
expect.set_options(timeout=MAX_WAIT)


def sample_models(
    shape: tuple[int, int, int], widths: tuple[int, ...], latent_dim: int | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build untrained models whose outputs differ visibly, and the data of the scripts for them.

    Args:
        shape: Channels, height and width of the pictures.
        widths: Feature maps of each layer.
        latent_dim: The numbers in a latent; None is the default of the study.

    Returns:
        The models by name, and the data.
    """
    sample = lesson_sample(shape, widths, latent_dim)
    with torch.no_grad():
        for model in sample.models.values():
            for parameter in model.decoder.parameters():
                parameter.mul_(1.7)  # without training, all pictures would be the same grey
    return sample.models, lesson_data(sample.data, sample.models, sample.metrics["rate_distortion"])


def write_page(folder: Path, data: dict[str, Any]) -> Path:
    """Write a page with every widget, its data and the policy of the lesson: nothing may be loaded."""
    script = page_script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    containers = "".join(
        f'<h2>{name}</h2><div class="widget" id="widget-{name}">static figure of {name}</div>' for name in WIDGETS
    )
    path = folder / "lesson.html"
    path.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Widgets</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><link rel="icon" href="data:,">'
        f"<style>{THEME}{widget_style()}</style></head><body><main><h1>Widgets</h1>{containers}</main>"
        f'<script type="application/json" id="lesson-data">{json.dumps(data)}</script>'
        f"<script>{script}</script></body></html>",
        encoding="utf-8",
    )
    return path


@contextmanager
def open_widgets(browser: Browser, path: Path, width: int, scheme: Scheme = "light") -> Iterator[Visit]:
    """Open the page offline; afterwards, check that nothing failed, was requested or stands out at the side."""
    with browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=True, offline=True
    ) as context:
        page = context.new_page()
        page.set_default_timeout(MAX_WAIT)
        visit = Visit(page, path.as_uri())
        visit.record()
        page.goto(visit.address)
        page.wait_for_function("window.lesson")
        yield visit
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (visit.errors, visit.foreign_requests) == ([], [])


def widget(page: Page, name: str) -> Locator:
    """The container of a widget."""
    return page.locator(f"#widget-{name}")


def drawings(locator: Locator) -> list[str]:
    """The present content of every canvas of a locator, as data addresses."""
    content: list[str] = locator.evaluate_all(
        "nodes => nodes.flatMap((node) => [...(node.matches('canvas') ? [node] : node.querySelectorAll('canvas'))])"
        ".map((canvas) => canvas.toDataURL())"
    )
    return content


def drag(page: Page, canvas: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse over a canvas, from one place to another; each coordinate is a share of its size."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()
