"""The documentation's table of formats names every format and ending that is read, and no other."""

import re
from pathlib import Path

from pochade.images.io.read import FORMATS_BY_SUFFIX, PIXEL_READERS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "picture-formats.md"
ROWS = re.findall(r"^\| ([A-Z][\w ,]*?) \| (`.*?`) \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_table_names_every_format_and_no_other() -> None:
    assert {name for names, _ in ROWS for name in names.split(", ")} == set(PIXEL_READERS)


def test_the_table_names_every_ending_and_no_other() -> None:
    assert {ending for _, endings in ROWS for ending in re.findall(r"`(.*?)`", endings)} == set(FORMATS_BY_SUFFIX)
