"""Rendering of HTML templates."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from pochade.system.html_templates import render_html


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with a template."""
    (tmp_path / "package_with_template").mkdir()
    (tmp_path / "package_with_template" / "__init__.py").write_text("")
    (tmp_path / "package_with_template" / "page.html.jinja").write_text("<p>{{ text|shout }} {{ more }}</p>")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "package_with_template"


def test_values_are_escaped_and_filters_work(package: str) -> None:
    page = render_html(package, "page.html.jinja", {"shout": str.upper}, text="<b>é", more=1)
    assert page.decode() == "<p>&lt;B&gt;É 1</p>"


def test_a_missing_value_is_an_error(package: str) -> None:
    with pytest.raises(UndefinedError):
        render_html(package, "page.html.jinja", {"shout": str.upper}, text="")
