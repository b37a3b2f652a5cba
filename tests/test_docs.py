"""What the documentation promises is there."""

import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from experiments.bench.table import BEGIN, END, TABLES

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "table"), TABLES.items())
def test_the_readmes_figures_are_those_that_were_measured(name: str, table: Callable[[], str]) -> None:
    shown = README.split(BEGIN.format(name))[1].split(END.format(name))[0]
    assert shown == table(), "run: python -m experiments.bench.table"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_every_make_command_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"\bmake ([a-z]+)", README):
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE) or command == "help"


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {version('pochade')}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_has_a_version_to_repeat_the_install() -> None:
    wanted = re.findall(r'^    "([A-Za-z-]+)>=', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), flags=re.M)
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split()}
    assert {name.lower() for name in wanted} <= pinned
