"""`pip install pochade` without any extra gives everything but training; what is missing is said in one sentence."""

from pathlib import Path

import pytest
from PIL import Image

from tests.support.bare_python import bare_environment, run_bare
from tests.support.drawings import folder_of_art

pytestmark = pytest.mark.slow
DRAWINGS = 22  # `imagine` needs 20
COMMANDS = {
    "find": ["find", "ART/drawing 0.png", "--sheet", "OUT/found.png"],
    "families": ["families"],
    "groups": ["groups"],
    "map": ["map", "--to", "OUT/map.png"],
    "clean": ["clean", "ART/drawing 0.png", "--to", "OUT/clean"],
    "imagine": ["imagine", "-n", "1", "--seed", "7", "--to", "OUT/new.png"],
    "vary": ["vary", "ART/drawing 0.png", "-n", "1", "--to", "OUT/varied.png"],
    "morph": ["morph", "ART/drawing 0.png", "ART/drawing 2.png", "--to", "OUT/morph.gif"],
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without the libraries of the extras."""
    return bare_environment(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def bare_art(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """A folder that was learnt without the libraries of the extras."""
    folder = folder_of_art(tmp_path_factory.mktemp("bare art") / "art", DRAWINGS)
    learnt = run_bare(["learn", folder], environment)
    assert learnt.returncode == 0, learnt.stderr
    assert f"{DRAWINGS} new pictures" in learnt.stderr
    return folder


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_works_without_extras(
    words: list[str], bare_art: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    places = [word.replace("ART", str(bare_art)).replace("OUT", str(tmp_path)) for word in words]
    ended = run_bare(["-C", bare_art, *places], environment)
    assert ended.returncode == 0, ended.stderr


def test_an_archive_that_was_made_without_extras_is_extracted_without_them(
    bare_art: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    archive = tmp_path / "art.pochade"
    for words in (["compress", bare_art, "--to", archive], ["verify", archive], ["extract", archive, "--to", tmp_path]):
        ended = run_bare(words, environment)
        assert ended.returncode == 0, ended.stderr
    extracted = next(tmp_path.rglob("drawing 0.png"))
    assert Image.open(extracted).tobytes() == Image.open(bare_art / "drawing 0.png").tobytes()


def test_learning_with_minutes_says_what_the_extra_adds(bare_art: Path, environment: dict[str, str]) -> None:
    ended = run_bare(["learn", bare_art, "--minutes", "1"], environment)
    assert ended.returncode == 0, ended.stderr
    assert "pip install 'pochade[train]'" in ended.stderr


def test_the_lesson_says_which_extra_it_needs(tmp_path: Path, environment: dict[str, str]) -> None:
    ended = run_bare(["study", "--out", tmp_path / "study"], environment)
    assert ended.returncode == 2
    assert "error: the lesson needs torch, accelerate, matplotlib" in ended.stderr
    assert "pip install 'pochade[study]'" in ended.stderr
    assert "Traceback" not in ended.stderr
