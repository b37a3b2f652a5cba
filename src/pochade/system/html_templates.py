"""Renders a page from a template into one HTML file that loads no other files."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render_html(package: str, template: str, filters: Mapping[str, Callable[..., Any]], **values: Any) -> bytes:
    """Render a template. Values are escaped for HTML; a missing value is an error.

    Args:
        package: The package whose folder holds the template.
        template: The template's file name.
        filters: The template's filters by name.
        values: The template's variables.

    Returns:
        The page, as UTF-8.
    """
    environment = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= filters
    return environment.get_template(template).render(**values).encode()
