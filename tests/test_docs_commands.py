"""Every command of the README and of the documentation runs as it is written.

A fenced block of the language `console` shows commands after `$ `, and their output; a block of `sh` or `python` is
run whole. A block below `<!-- not run: REASON -->` is only parsed: every `pochade` command in it must exist with its
options.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from pochade.cli import app
from tests.support.documentation_home import make_home

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<language>console|sh|python)\n(?P<body>.*?)^```", re.M | re.S
)
SHELL_OPERATORS = {"|", ">", ">>", "<", "&&", ";", "&"}
OF_OTHERS = (
    "make ",
    "pip ",
    "uv ",
    "git ",
    "sudo ",
    "npm ",
    "cd ",
)  # commands that install, or that need this repository


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    body: str
    is_run: bool

    def commands(self) -> list[str]:
        """The shell commands of the block, continued lines joined, comments removed."""
        if self.language == "python":
            return []
        lines = self.body.replace("\\\n", " ").splitlines()
        shown = [line[2:] for line in lines if line.startswith("$ ")] if self.language == "console" else lines
        commands = (re.sub(r"\s+# .*$", "", line).strip() for line in shown)
        return [command for command in commands if command and not command.startswith("#")]


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page that hold commands or Python."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(match["language"], match["body"], match["reason"] is None) for match in found]


WITH_BLOCKS = [page for page in PAGES if blocks_of(page)]


def page_name(page: Path) -> str:
    """The path of a page in the repository."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=page_name)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    for command in (command for block in blocks_of(page) for command in block.commands()):
        if command.startswith("pochade"):
            parse(command)


def parse(command: str) -> None:
    """Parse a `pochade` command without running it; an unknown verb or option raises."""
    words = [os.path.expanduser(word) for word in shlex.split(command)[1:]]  # noqa: PTH111  as a shell does
    words = list(takewhile(lambda word: word not in SHELL_OPERATORS, words))
    group: Any = typer.main.get_command(app)
    with group.make_context("pochade", words) as context:
        name, verb, arguments = group.resolve_command(context, [*context._protected_args, *context.args])
        assert verb
        verb.make_context(name, arguments, parent=context)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in WITH_BLOCKS if any(block.is_run for block in blocks_of(page))], ids=page_name
)
def test_the_commands_of_a_page_run_as_written(page: Path, tmp_path: Path) -> None:
    make_home(tmp_path)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"HOME": str(tmp_path), "PATH": path, "NO_COLOR": "1"}
    for block in blocks_of(page):
        if not block.is_run:
            continue
        if block.language == "python":
            run([sys.executable, "-c", block.body], tmp_path, environment)
        for command in block.commands():
            if not command.startswith(OF_OTHERS):
                run(["bash", "-c", as_finite(command)], tmp_path, environment)


def run(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a command that must succeed."""
    result = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, f"{words[-1]}\n{result.stdout}\n{result.stderr}"


def as_finite(command: str) -> str:
    """A command that ends by itself: `pochade open` serves until it is stopped."""
    if not command.startswith("pochade open"):
        return command
    served = f"{command} --no-browser --port 0"
    return f"({served} & echo $! >&3; wait) 3>server.pid 2>&1 | grep -m 1 'the page is at' && kill $(cat server.pid)"
