"""The scripts and the styles of the widgets: plain JavaScript in small files, joined into one inline script."""

import re
from importlib import resources

SCRIPTS = (  # in this order: a file uses names from the files before it
    "models",
    "pictures",
    "elements",
    "drawing",
    "maps",
    "random",
    "walk",
    "draw",
    "trade",
    "noise",
    "layers",
    "convolution",
    "start",
)
PACKAGE = "pochade.study.page"
COMMENT = re.compile(r"(^|\s)// .*$")  # up to the end of the line; the addresses in the scripts have no such space


def page_script() -> str:
    """Join all scripts into one, in strict mode, in a function of their own: their names stay out of the page's.

    The script expects the page's data in the element `lesson-data`, and a container `widget-NAME` for each widget.
    Comments and indentation are left out, which saves a sixth of the size.
    """
    folder = resources.files(PACKAGE) / "scripts"
    text = "\n".join(folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    lines = (COMMENT.sub("", line).strip() for line in text.splitlines())
    return "\n".join(["(() => {", '"use strict";', *filter(None, lines), "})();"])


def widget_style() -> str:
    """Return the styles of the widgets; they use the colours of the page."""
    return (resources.files(PACKAGE) / "widgets.css").read_text(encoding="utf-8")
