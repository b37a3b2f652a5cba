"""The application opens a window of its own with pictures in it; in the full form, so does the one that is built."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="needs the extra 'dev'")

from playwright.sync_api import expect

from pochade import Collection
from tests.support.app_window import needs_screen, open_window
from tests.support.browser import MAX_WAIT
from tests.support.drawings import folder_of_art

pytestmark = needs_screen
DRAWING_SIDE = 200  # pixels
ROOT = Path(__file__).parents[2]


def show_pictures(command: list[str | Path], folder: Path, tmp_path: Path) -> None:
    """Check that a window without tabs and address shows the pictures of a folder, and one of them when it is given."""
    for name, path, title in (("wall", folder, "^Pochade$"), ("picture", folder / "drawing 0.png", "drawing 0.png")):
        browser_folder = tmp_path / name
        browser_folder.mkdir()
        with open_window([*command, path, "--port", "0"], browser_folder) as page:
            picture = page.locator("main img").first
            expect(picture).to_be_visible(timeout=MAX_WAIT)
            expect(picture).to_have_js_property("naturalWidth", DRAWING_SIDE, timeout=MAX_WAIT)
            expect(page).to_have_title(re.compile(title), timeout=MAX_WAIT)
            assert page.evaluate("matchMedia('(display-mode: standalone)').matches")


@pytest.mark.slow
def test_the_window_shows_the_wall_and_a_picture(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 4)
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    show_pictures([sys.executable, ROOT / "packaging" / "app.py"], folder, tmp_path)


@pytest.mark.full
def test_the_application_is_built_learns_a_folder_and_shows_it(tmp_path: Path) -> None:
    subprocess.run(["bash", "packaging/build_app.sh", sys.executable, str(tmp_path / "app")], cwd=ROOT, check=True)
    check_built_application(tmp_path / "app" / "pochade" / "pochade-app", tmp_path)


def check_built_application(program: Path, tmp_path: Path) -> None:
    """Learn a folder with the application, find a picture, ask the page without a window, and open windows."""
    folder = folder_of_art(tmp_path / "art", 4)
    subprocess.run([program, "learn", folder, "--minutes", "0"], check=True)
    find: list[str | Path] = [program, "-C", folder, "find", folder / "drawing 0.png", "--json"]
    matches = json.loads(subprocess.run(find, capture_output=True, check=True).stdout)
    assert matches[0]["path"] == str(folder / "drawing 0.png")
    show: list[str | Path] = [program, folder, "--port", "0", "--no-browser"]
    with subprocess.Popen(show, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        address = next(line for line in process.stderr if "the page is at" in line).rpartition(" ")[2].strip()
        with urllib.request.urlopen(address) as page:
            assert b"<title>Pochade</title>" in page.read()
        process.terminate()
        process.stderr.read()
    show_pictures([program], folder, tmp_path)
