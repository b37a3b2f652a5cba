"""The joined script: its size, its order and what it must not contain."""

from importlib import resources

from pochade.study.page.page_scripts import PACKAGE, SCRIPTS, page_script, widget_style
from tests.test_language import RETIRED_IN_TEXT

MAX_BYTES = 40 * 1024
FORBIDDEN = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(",
             "XMLHttpRequest", "import(", "</script")  # fmt: skip


def sources() -> dict[str, str]:
    folder = resources.files(PACKAGE) / "scripts"
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_script_is_smaller_than_40_kilobytes() -> None:
    assert len(page_script().encode()) < MAX_BYTES


def test_every_script_is_joined_and_none_is_missing() -> None:
    assert sorted(sources()) == sorted(f"{name}.js" for name in SCRIPTS)


def test_each_script_has_at_most_200_lines() -> None:
    assert not [name for name, text in sources().items() if len(text.splitlines()) > 200]


def test_the_script_is_strict_and_hides_its_names_in_a_function() -> None:
    lines = page_script().splitlines()
    assert lines[:2] == ["(() => {", '"use strict";']
    assert lines[-1] == "})();"


def test_the_script_makes_no_markup_from_text_runs_no_text_and_loads_nothing() -> None:
    assert not [word for word in FORBIDDEN if word in page_script()]


def test_comments_stay_behind_and_addresses_survive() -> None:
    assert not [line for line in page_script().splitlines() if line.startswith("//")]
    assert '"http://www.w3.org/2000/svg"' in page_script()


def test_scripts_and_comments_use_no_retired_word() -> None:
    assert not [f"{name}: {match[0]}" for name, text in sources().items() for match in RETIRED_IN_TEXT.finditer(text)]


def test_the_styles_load_nothing() -> None:
    assert "url(" not in widget_style()
    assert "@import" not in widget_style()
