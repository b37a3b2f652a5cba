"""What the browser tests share: a scanned folder, a browser, and a server for each module."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.web_client import learnt_folder_of_art

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="package")
def scanned_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scanned folder of 15 pictures in 16 files. Tests change copies of it."""
    return learnt_folder_of_art(tmp_path_factory.mktemp("scanned") / "art")


@pytest.fixture(scope="module")
def art(scanned_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scanned collection that the tests of a module share."""
    return Path(shutil.copytree(scanned_folder, tmp_path_factory.mktemp("copy") / "art"))


@pytest.fixture(scope="module")
def address(art: Path) -> Iterator[str]:
    """The address of a server for the module's collection."""
    from tests.support.browser import server  # noqa: PLC0415  # needs Playwright, which is optional

    with server(art) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    """A browser; each test opens the page in a profile of its own."""
    from tests.support.browser import launch_browser  # noqa: PLC0415  # needs Playwright, which is optional

    with launch_browser() as browser:
        yield browser
