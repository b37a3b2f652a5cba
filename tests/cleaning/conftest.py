"""Fixtures for the tests of cleaning."""

from pathlib import Path

import pytest

from tests.support.scan_files import write_scans


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder of scans of several formats, one of them broken."""
    write_scans(tmp_path / "scans")
    return tmp_path / "scans"
