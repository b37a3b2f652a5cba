"""The sources of the page: they match the server's interface, and their own checks pass."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pochade.archive.codecs.codec_names import ENTRY_SUFFIXES
from tests.support.openapi import OPENAPI_FILE, openapi_json

pytestmark = pytest.mark.slow

FRONTEND = Path(__file__).parents[2] / "frontend"


def test_the_page_uses_the_current_interface() -> None:
    assert OPENAPI_FILE.read_text(encoding="utf-8") == openapi_json(), "run python -m tests.support.openapi"


def test_every_codec_of_an_archive_has_a_name_in_plain_words() -> None:
    source = (FRONTEND / "src" / "compress" / "fidelities.ts").read_text(encoding="utf-8")
    names = source.partition("CODEC_NAMES")[2].partition("};")[0]
    assert [codec for codec in ENTRY_SUFFIXES if not re.search(rf'[ "]{re.escape(codec)}"?: "', names)] == []


@pytest.mark.skipif(
    not shutil.which("npm") or not (FRONTEND / "node_modules").is_dir(), reason="needs npm and its packages"
)
def test_svelte_check_reports_no_errors_and_no_warnings() -> None:
    check = subprocess.run(["npm", "run", "check"], cwd=FRONTEND, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout
