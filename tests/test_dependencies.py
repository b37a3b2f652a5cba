"""Every dependency has a reason, a licence and a user; docs/reference/dependencies.md shows them."""

import json
import sys
from importlib.metadata import PackageNotFoundError, metadata

import pytest

from tests.support.dependencies_page import (
    FOLDERS,
    PAGE,
    ROOT,
    dependencies_page,
    imported_modules,
    module_of,
    named_packages,
    reasons,
    users_of,
)

NAMED = sorted({name for names in named_packages().values() for name in names})


def test_the_page_shows_the_dependencies_as_they_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == dependencies_page(), "run: python -m tests.support.dependencies_page"


def test_every_dependency_has_a_reason_and_every_reason_a_dependency() -> None:
    assert sorted(name for name in reasons() if not name.startswith("_")) == NAMED


@pytest.mark.parametrize("name", NAMED)
def test_a_dependency_is_imported_or_it_is_said_what_uses_it(name: str) -> None:
    assert bool(users_of(name)) != ("through" in reasons()[name]), f"remove {name}, or correct its row"


def test_whatever_is_imported_is_named() -> None:
    ours = {"pochade", "tests", "experiments", "autoencoder", "vae", "_pytest"}  # the last one comes with pytest
    known = {module_of(name) for name in NAMED} | set(reasons()["_undeclared"]) | ours | set(sys.stdlib_module_names)
    assert not {module for folder in FOLDERS for module in imported_modules(folder)} - known


@pytest.mark.parametrize("name", NAMED)
def test_the_licence_is_what_the_installed_package_states(name: str) -> None:
    try:
        stated = metadata(name).json.get("license_expression", "")
    except PackageNotFoundError:  # an extra that isn't installed here
        return
    assert not stated or reasons()[name]["licence"].split()[0] == str(stated).split()[0]


def test_the_packages_of_the_page_are_those_of_npm() -> None:
    package = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    assert sorted(reasons()["_page"]) == sorted(package["devDependencies"])


def test_every_dependency_has_a_version_to_repeat_the_install() -> None:
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    assert not [name for name in NAMED if f"\n{name.lower()}==" not in pinned]
