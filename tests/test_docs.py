"""What the documentation promises is true: its links, its figures, its commands' names, and its length."""

import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from experiments.report.chart import chart
from experiments.report.write import CHART, PAGE, TABLES, shown_table
from tests.support.cli_reference import PAGE as CLI_PAGE
from tests.support.cli_reference import cli_reference

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "README.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST_README = {"lines": 120, "words": 1_300}


@pytest.mark.parametrize(("name", "table"), TABLES.items())
def test_the_tables_of_the_benchmarks_page_show_the_recorded_results(name: str, table: Callable[[], str]) -> None:
    shown = shown_table(PAGE.read_text(encoding="utf-8"), name)
    assert shown == table(), "run: python -m experiments.report.write"


def test_the_chart_of_the_readme_shows_the_recorded_results() -> None:
    assert CHART.read_text(encoding="utf-8") == chart(), "run: python -m experiments.report.write"


def test_the_reference_of_the_command_line_shows_the_commands_as_they_are() -> None:
    assert CLI_PAGE.read_text(encoding="utf-8") == cli_reference(), "run: python -m tests.support.cli_reference"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_that_a_page_names_by_its_path_exists(page: Path) -> None:
    paths = re.findall(r"`([a-z_]+/[\w/]+\.py)`", page.read_text(encoding="utf-8"))
    bases = (ROOT, ROOT / "src" / "pochade", ROOT / "tests")
    paths += re.findall(r"\b(tests/[\w/]+\.py)", page.read_text(encoding="utf-8"))
    assert not [path for path in paths if not any((base / path).is_file() for base in bases)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_that_a_page_names_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.M):
        assert re.search(rf"^{''.join(target)}:", makefile, flags=re.MULTILINE), f"there is no 'make {''.join(target)}'"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= LONGEST_README["lines"]
    assert len(README.split()) <= LONGEST_README["words"]


def test_every_page_of_the_site_is_in_its_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert pages == set(re.findall(r": ([\w/-]+\.md)$", navigation, flags=re.MULTILINE))


def test_the_changelog_describes_this_version() -> None:
    assert f"## [{version('pochade')}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
