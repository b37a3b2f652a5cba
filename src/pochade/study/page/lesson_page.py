"""The lesson: text, figures, code and scripts as one HTML page that needs no other file and no network."""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.models.conv_stacks import ConvConfig
from pochade.study.fashion_mnist import CLASSES
from pochade.study.figures.draw_figures import TEST_TITLES
from pochade.study.figures.figure_charts import BYTE_TITLES
from pochade.study.figures.model_titles import model_title
from pochade.study.figures.picture_grids import GAP
from pochade.study.figures.picture_sheets import SAMPLE_ROWS
from pochade.study.page import generation_text, lesson_text, verdict_text
from pochade.study.page.lesson_code import code_blocks
from pochade.study.page.lesson_sources import GLOSSARY, SOURCES
from pochade.study.page.number_text import byte_text, count_text, decimal_text, error_text, percent_text
from pochade.study.page.page_scripts import page_script, widget_style
from pochade.study.study_models import JUDGED_NAMES, SAMPLED_NAMES, TRADING_NAMES
from pochade.system.atomic_files import write_atomically
from pochade.system.html_templates import render_html

PARTS = {  # in the order of the page: the anchor, which is also the name of the template, and the title
    "wishes": "Three wishes, and a fourth",
    "idea": "The idea in one figure",
    "data": "The pictures",
    "layers": "Encoder and decoder",
    "training": "How it learns",
    "reconstructions": "How good are the reconstructions?",
    "compress": "Wish one: smaller",
    "organise": "Wish two: in order",
    "clean": "Wish three: clean",
    "random": "Wish four: a new picture",
    "why": "Why did that happen?",
    "causes": "Is it the size of the latent?",
    "vae": "The variational autoencoder",
    "samples": "The same random points, four models",
    "paths": "From one garment to another",
    "price": "What a filled latent space costs",
    "art": "On your own art",
    "exercises": "Exercises",
    "numbers": "Every number",
    "words": "Words, sources, and how this run was made",
}
FASHION_PICTURES = 70_000
PATH_CLASSES = (0, 1, 9, 6)  # the classes between which the two paths lead
PRIORS = {
    "normal": "N(0, I)",
    "matched": "matched scale",
    "mixture": "learned prior",
    "reconstruction": "reconstructions",
}
TABLE_NAMES = ("autoencoder", "autoencoder_32", "autoencoder_16", "autoencoder_2", "denoiser", *TRADING_NAMES, "vae_2")


@dataclass(frozen=True)
class PageFigure:
    """A figure as the page contains it: the markup of an SVG, or a PNG in base64 and its size in pixels."""

    content: str
    width: int = 0
    height: int = 0


def write_report(
    path: Path, metrics: dict[str, Any], figures: Mapping[str, Path], lesson_data: Mapping[str, Any]
) -> None:
    """Write the lesson.

    Args:
        path: The HTML file.
        metrics: Every number of the study.
        figures: The files of the figures by name, as `draw_figures` returns them.
        lesson_data: What the scripts need: models, pictures and maps.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    script = page_script()
    page = render_html(
        "pochade.study.page",
        "lesson.html.jinja",
        _filters(),
        policy=security_policy(script),
        script=script,
        widget_style=widget_style(),
        lesson_data=script_json(lesson_data),
        figures={name: load_figure(file) for name, file in figures.items()},
        **_content(metrics, lesson_data),
    )
    write_atomically(path, page)


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "decimal": decimal_text,
        "count": count_text,
        "error": error_text,
        "percent": percent_text,
        "bytes": byte_text,
        "band": band_text,
    }


def security_policy(script: str) -> str:
    """The content security policy: no requests, and no script except the given one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def script_json(value: Any) -> str:
    """Encode a value as JSON that can stand in a script element; numbers that aren't finite become null."""
    return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def load_figure(file: Path) -> PageFigure:
    """Read the file of a figure."""
    content = file.read_bytes()
    if file.suffix == ".svg":
        text = content.decode()
        return PageFigure(text[text.index("<svg") :])
    width, height = (int.from_bytes(content[start : start + 4]) for start in (16, 20))  # of the chunk IHDR
    return PageFigure(base64.b64encode(content).decode(), width, height)


def _content(m: dict[str, Any], lesson_data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of the templates that don't depend on files."""
    classes, shape = lesson_data["classes"], tuple(lesson_data["shape"])
    stack = ConvConfig(shape[1:], shape[0], tuple(m["settings"]["widths"]))
    is_fashion = m["clustering"]["pictures"] == FASHION_PICTURES and tuple(classes) == CLASSES
    return {
        "m": m,
        "ae": m["autoencoder"],
        "vae": m["vae"],
        "say": claims(m),
        "code": code_blocks(shape, m["settings"]),
        "classes": classes,
        "fashion": is_fashion,
        "picture": _picture_words(stack),
        "widths": stack.widths,
        "gap": GAP,
        "between": [classes[number] for number in PATH_CLASSES],
        "parts": [{"anchor": anchor, "title": title} for anchor, title in PARTS.items()],
        "part_numbers": {anchor: number for number, anchor in enumerate(PARTS, 1)},
        "command": _command(m["settings"]),
        "glossary": GLOSSARY,
        "sources": SOURCES,
        **_labels(m, classes, stack),
    }


def _picture_words(stack: ConvConfig) -> dict[str, Any]:
    """The sizes of the pictures and of the feature maps, as the text mentions them."""
    sides = [f"{height} × {width}" if height != width else str(height) for height, width in stack.sizes]
    return {
        "channels": stack.channels,
        "height": stack.image_size[0],
        "width": stack.image_size[1],
        "sides": " → ".join(sides),
        "features": " × ".join(map(str, stack.feature_shape)),
    }


def _labels(m: dict[str, Any], classes: Sequence[str], stack: ConvConfig) -> dict[str, Any]:
    """The names of rows of figures and tables."""
    titles = {name: model_title(name) for name in TABLE_NAMES}
    random_titles = [model_title(name, m) for name in JUDGED_NAMES]
    return {
        "titles": titles,
        "model_names": TABLE_NAMES,
        "layer_names": [f"layer {number}" for number in range(1, len(stack.widths) + 1)],
        "group_names": [f"group {number}" for number in range(1, len(classes) + 1)],
        "sample_labels": [title if row == 0 else "" for title in random_titles for row in range(SAMPLE_ROWS)],
        "trade_labels": [_weight_text(row["kl_weight"]) for row in m["rate_distortion"]],
        "byte_titles": BYTE_TITLES,
        "test_titles": TEST_TITLES,
        "sample_rows": [
            (name, prior, f"{model_title(name, m)}; {title}")
            for name in SAMPLED_NAMES
            for prior, title in PRIORS.items()
            if prior in m["fcd"].get(name, {})
        ],
    }


def _weight_text(weight: float | None) -> str:
    return "calibrated" if weight is None else f"KL × {weight:g}"


def claims(m: dict[str, Any]) -> dict[str, str]:
    """Every sentence of the page that depends on the numbers, by the name of its function."""
    functions = (
        lesson_text.recipe_text,
        lesson_text.fall_text,
        lesson_text.pca_text,
        lesson_text.pca_lesson,
        lesson_text.expansion_text,
        lesson_text.byte_verdict,
        lesson_text.small_latent_text,
        lesson_text.lossless_text,
        lesson_text.neighbour_text,
        lesson_text.embedding_text,
        lesson_text.cluster_text,
        lesson_text.denoising_text,
        lesson_text.point_text,
        lesson_text.distance_text,
        generation_text.share_text,
        generation_text.share_contrast,
        generation_text.point_names,
        generation_text.cause_text,
        generation_text.learned_prior_text,
        generation_text.ranking_text,
        generation_text.blur_text,
        generation_text.vae_price_text,
        generation_text.trade_text,
        generation_text.copied_text,
        generation_text.active_text,
        generation_text.bound_text,
        verdict_text.verdict_text,
    )
    return {function.__name__: function(m) for function in functions}


def _command(settings: Mapping[str, Any]) -> str:
    """The command that repeats a run."""
    recipe = settings["recipe"]
    parts = ["pochade study", f"--recipe {recipe['name']}", f"--epochs {recipe['epochs']}"]
    if settings["latent_dim"] is not None:
        parts.append(f"--latent-dim {settings['latent_dim']}")
    return " ".join([*parts, f"--widths {','.join(map(str, settings['widths']))}", f"--seed {settings['seed']}"])


def band_text(test: Mapping[str, Any]) -> str:
    """The usual values of a test."""
    low, high = test["low"], test["high"]
    if low is None:
        return f"below {decimal_text(high)}"
    return f"above {decimal_text(low)}" if high is None else f"{decimal_text(low)} to {decimal_text(high)}"
