"""The page as it is built: what it rests on, and that its own checks find nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.openapi import OPENAPI_FILE, openapi_json

FRONTEND = Path(__file__).parents[2] / "frontend"


def test_the_pages_types_rest_on_the_interface_as_it_is() -> None:
    assert OPENAPI_FILE.read_text(encoding="utf-8") == openapi_json(), "run python -m tests.support.openapi"


@pytest.mark.skipif(
    not shutil.which("npm") or not (FRONTEND / "node_modules").is_dir(), reason="needs npm, and what it installs"
)
def test_svelte_check_finds_no_fault_and_warns_of_nothing() -> None:
    found = subprocess.run(["npm", "run", "check"], cwd=FRONTEND, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
