"""The page about dependencies, made from pyproject.toml, the imports in the code, and reasons written by hand.

`python -m tests.support.dependencies_page` writes `docs/reference/dependencies.md`; a test compares it with the code.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "dependencies.md"
REASONS_FILE = Path(__file__).with_name("dependencies.toml")
FOLDERS = ("src/pochade", "experiments", "examples", "packaging", "tests")  # the first one that imports it counts
MOST_ROOMS = 6  # named; a package of more is used nearly everywhere
IMPORT = re.compile(r"^ *(?:from (\w+)[\w.]* import |import (\w+)[\w.]*(?: as \w+)?(?: *#.*)?$)", re.MULTILINE)
HEAD = """# Dependencies

Every package that `pyproject.toml` names, what it is used for, and why we do not write that part ourselves.
`python -m tests.support.dependencies_page` makes this page, and a test compares it with `pyproject.toml` and with the
imports in the code.

- *Used by* is the folder that imports a package: a room of `src/pochade/` (`ARCHITECTURE.md` has the map), or else a
  folder of the repository, or the package or command that needs it.
- *Licence* is what the package's metadata and licence files state.
- *MB* is the size of its installed files without bytecode, on Linux x86-64 with CPython 3.11 and the versions of
  `constraints.txt`, without the packages that it depends on.

"""
PASSING_ON = """## If you pass files on

Pochade is under Apache-2.0. Installing it fetches each package from its own authors. Whoever passes on the parts
together, as the [application in one folder](../how-to/install.md#an-application-in-one-folder) does, passes on code
under the GPL with it: pillow-jxl-plugin (GPL-3.0-or-later), and x265 (GPL-2.0-or-later) in the wheels of pillow-heif.
As we read these licences, the whole may then be passed on under the terms of the GPL, version 3, with all licence texts
and an offer of the source code. This is not legal advice. What else the packages contain:

"""


@cache
def reasons() -> dict[str, dict[str, Any]]:
    """What is written by hand, by the name of the package; `_page` and `_undeclared` hold what pyproject.toml lacks."""
    return tomllib.loads(REASONS_FILE.read_text(encoding="utf-8"))


def named_packages() -> dict[str, list[str]]:
    """The packages that pyproject.toml names, by extra; without an extra, the key is empty."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    names = {extra: [re.split(r"[\[<>=]", text)[0] for text in texts] for extra, texts in groups.items()}
    return {extra: [name for name in group if name != "pochade"] for extra, group in names.items()}


def module_of(package: str) -> str:
    """What a package is imported as."""
    return str(reasons()[package].get("module", package.replace("-", "_")))


@cache
def imported_modules(folder: str) -> dict[str, set[str]]:
    """Every outside module that the files below a folder import, and the first folders on the way to these files."""
    modules = dict[str, set[str]]()
    for path in sorted((ROOT / folder).rglob("*.py")):
        place = path.relative_to(ROOT / folder).parts[0].removesuffix(".py")
        for match in IMPORT.finditer(path.read_text(encoding="utf-8")):
            modules.setdefault(match[1] or match[2], set()).add(place)
    return modules


def users_of(package: str) -> str:
    """The rooms that import a package, or the other folders if no room does; empty if nothing imports it."""
    module = module_of(package)
    for folder in FOLDERS:
        if rooms := imported_modules(folder).get(module):
            places = sorted(rooms) if folder == FOLDERS[0] else [folder]
            return "nearly all rooms" if len(places) > MOST_ROOMS else ", ".join(f"`{place}`" for place in places)
    return ""


def dependencies_page() -> str:
    """The whole page as Markdown."""
    tables, shown = "", set[str]()
    for extra, names in named_packages().items():
        heading = f"The extra `{extra}`" if extra else "Without an extra"
        tables += f"## {heading}\n\n{_table([name for name in names if name not in shown])}"
        again = sorted(f"`{name}`" for name in names if name in shown)
        tables += f"Also {', '.join(again)}, see above.\n\n" if again else ""
        shown |= set(names)
    notes = "".join(f"- **{name}**: {row['note']}.\n" for name, row in reasons().items() if "note" in row)
    return f"{HEAD}{tables}{_others()}{PASSING_ON}{notes}"


def _table(packages: list[str]) -> str:
    """One row for each package."""
    rows = ["| package | used by | licence | MB | what for | why not our own code |", "|---|---|---|---:|---|---|"]
    for name in sorted(packages, key=str.lower):
        row = reasons()[name]
        users = users_of(name) or row["through"]
        rows.append(f"| {name} | {users} | {row['licence']} | {row['megabytes']} | {row['for']} | {row['why']} |")
    return "\n".join(rows) + "\n\n"


def _others() -> str:
    """The packages of the page, and what is imported without being named in pyproject.toml."""
    page = "".join(f"| {name} | {row['licence']} | {row['for']} |\n" for name, row in reasons()["_page"].items())
    undeclared = "".join(f"- `{module}`: {text}.\n" for module, text in reasons()["_undeclared"].items())
    return (
        f"## The page\n\n| package | licence | what for |\n|---|---|---|\n{page}\n"
        f"## Imported, but not named in pyproject.toml\n\n{undeclared}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(dependencies_page(), encoding="utf-8")
