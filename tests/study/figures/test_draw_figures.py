"""Every figure is drawn, whatever the pictures and the latents."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pochade.study.figures.draw_figures import draw_figures
from tests.support.lesson_sample import lesson_sample

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "variant",
    [
        {},
        {"latent_dim": 2, "widths": (4, 8)},
        {"shape": (3, 24, 28), "widths": (4, 8), "recipe": "tutorial", "epochs": 11},
        {"epochs": 1, "latent_dim": 1},
    ],
    ids=["default", "two numbers", "colour", "one epoch"],
)
def test_all_figures_are_files_that_stand_alone(tmp_path: Path, variant: dict[str, Any]) -> None:
    sample = lesson_sample(**variant)
    files = draw_figures(tmp_path, sample.data, sample.models, sample.results, sample.curves, sample.metrics)
    assert {"same_point", "empty_share", "map", "trade", "data"} <= set(files)
    identifiers: list[str] = []
    for file in files.values():
        content = file.read_bytes()
        if file.suffix == ".png":
            assert content.startswith(b"\x89PNG")
            continue
        ElementTree.fromstring(content)
        identifiers += re.findall(r' id="([^"]+)"', content.decode())
    assert len(set(identifiers)) == len(identifiers)
    assert not [file for file in files.values() if file.suffix not in {".png", ".svg"}]
