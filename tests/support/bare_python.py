"""Run commands as if no extra were installed: the libraries of the extras can't be imported."""

import os
import subprocess
import sys
from pathlib import Path

LIBRARIES_OF_EXTRAS = (
    "accelerate", "av", "lightning_utilities", "matplotlib", "pooch", "psycopg", "sympy", "torch", "torchmetrics",
)  # fmt: skip
HIDE_LIBRARIES = f"""
import sys
from importlib.machinery import PathFinder

class BareFinder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        hidden = name.partition(".")[0] in {LIBRARIES_OF_EXTRAS}
        return None if hidden else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = BareFinder
"""


def bare_environment(folder: Path) -> dict[str, str]:
    """The environment in which every new Python, workers included, has no library of an extra.

    Args:
        folder: A folder for a module that Python imports when it starts.
    """
    (folder / "sitecustomize.py").write_text(HIDE_LIBRARIES, encoding="utf-8")
    return os.environ | {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder)}


def run_bare(words: list[object], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command of Pochade without extras.

    Args:
        words: The words after `pochade`.
        environment: Made by `bare_environment`.
    """
    command = [sys.executable, "-m", "pochade", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
