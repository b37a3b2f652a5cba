"""A page for people out of a template: one HTML file that needs nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render_html(package: str, template: str, filters: Mapping[str, Callable[..., Any]], **values: Any) -> bytes:
    """The page; every value is made harmless for HTML, and one that is missing is an error.

    Args:
        package: Beside whose files the template lies.
        template: Its name.
        filters: By the names that the template has for them.
        values: What the template shows.
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
