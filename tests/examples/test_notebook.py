"""The notebook runs from its first cell to its last."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SMALL_RUN = """
from pochade.study.fashion_mnist import CLASSES, ImageSet
from tests.conftest import draw_rectangles

EPOCHS, PICTURES = 1, 300
small_data = ImageSet(draw_rectangles(600, 0), draw_rectangles(200, 1), CLASSES)
fashion_mnist = lambda: small_data
"""


def small_notebook() -> Any:
    """The notebook with small data and few steps."""
    notebook = jupytext.read(EXAMPLES / "lesson.py")
    (parameters,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = SMALL_RUN
    return notebook


def run_notebook(notebook: Any, folder: Path) -> Any:
    """Run a notebook beside the examples that it imports, and return it with its outputs."""
    for name in ("autoencoder.py", "vae.py"):
        shutil.copy(EXAMPLES / name, folder)
    jupytext.write(notebook, folder / "lesson.ipynb")
    program = Path(sys.executable).with_name("jupyter-execute")
    options = ["--inplace", "--timeout=60", "--KernelManager.transport=ipc"]  # opens no port
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [program, *options, "lesson.ipynb"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return jupytext.read(folder / "lesson.ipynb")


@pytest.mark.slow
def test_the_notebook_runs_to_its_end_and_shows_pictures(tmp_path: Path) -> None:
    notebook = run_notebook(small_notebook(), tmp_path)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    text = "".join(output.text for output in outputs if output.output_type == "stream")
    assert len([output for output in outputs if "image/png" in output.get("data", {})]) == 8
    assert "denoiser" in text
    assert not [output.text for output in outputs if output.get("name") == "stderr"], "a learner sees no warnings"


def test_the_notebook_imports_the_models_of_the_examples_beside_it() -> None:
    text = (EXAMPLES / "lesson.py").read_text(encoding="utf-8")
    assert "from autoencoder import Autoencoder" in text
    assert "from vae import VAE" in text
    assert "nn.Conv2d" not in text
