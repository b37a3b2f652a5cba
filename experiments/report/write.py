"""Writes what the documentation shows of the measurements: the tables of docs/benchmarks.md, and the README's chart.

python -m experiments.report.write
"""

from collections.abc import Callable
from pathlib import Path

from experiments.report.archive_tables import archive_tables
from experiments.report.chart import chart
from experiments.report.cleaning_tables import cleaning_tables
from experiments.report.collection_tables import collection_tables
from experiments.report.creation_tables import creation_tables
from experiments.report.goal_tables import goal_tables
from experiments.report.study_tables import study_tables

DOCS = Path(__file__).parents[2] / "docs"
PAGE, CHART = DOCS / "benchmarks.md", DOCS / "images" / "benchmarks.svg"
BEGIN, END = "<!-- table: {} -->\n", "<!-- end of table: {} -->\n"
TABLES: dict[str, Callable[[], str]] = {
    "collection": collection_tables,
    "cleaning": cleaning_tables,
    "archive": archive_tables,
    "creation": creation_tables,
    "study": study_tables,
    "goals": goal_tables,
}


def shown_table(page: str, name: str) -> str:
    """The table that a page holds between its two marks."""
    return page.split(BEGIN.format(name))[1].split(END.format(name), maxsplit=1)[0]


def with_tables(page: str) -> str:
    """A page whose tables are replaced by current ones."""
    for name, table in TABLES.items():
        page = page.replace(
            f"{BEGIN.format(name)}{shown_table(page, name)}{END.format(name)}",
            f"{BEGIN.format(name)}{table()}{END.format(name)}",
        )
    return page


def main() -> None:
    """Rewrite the page's tables and the chart."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    CHART.write_text(chart(), encoding="utf-8")


if __name__ == "__main__":
    main()
