"""`pochade morph`."""

from pathlib import Path

import pytest
from PIL import Image

from pochade import errors
from tests.support.command_line import RunCommand

pytestmark = pytest.mark.usefixtures("linear_generator")


@pytest.mark.parametrize(("name", "frames"), [("path.png", 1), ("path.gif", 6), ("path.webp", 6)])
def test_a_morph_is_a_strip_or_an_animation(
    name: str, frames: int, art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    images = [art / "drawing 0.png", art / "drawing 2.png"]
    result = pochade("-C", art, "morph", *images, "--frames", "6", "--loop", "--to", name, "--json")
    assert len(result.data["frames"]) == 6
    assert f"wrote '{name}': 6 pictures" in result.messages
    with Image.open(tmp_path / name) as picture:
        assert getattr(picture, "n_frames", 1) == frames


@pytest.mark.slow
def test_a_grid_between_four_pictures(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    images = [art / f"drawing {seed}.png" for seed in (0, 2, 4, 6)]
    assert len(pochade("-C", art, "morph", *images, "--grid", "--json").data["frames"]) == 64
    with Image.open(tmp_path / "morph.png") as picture:
        assert picture.width == picture.height
    code = pochade("-C", art, "morph", *images, "--grid", "--loop", "--to", "x.png").code
    assert code == errors.UsageError.exit_code


def test_an_existing_file_is_never_overwritten(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "morph.gif").write_text("mine")
    code = pochade("-C", art, "morph", art / "drawing 0.png", art / "drawing 2.png").code
    assert code == errors.OutputUnwritable.exit_code
    assert (tmp_path / "morph.gif").read_text() == "mine"


def test_a_name_that_no_morph_can_have_is_refused_before_any_work(art: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("-C", art, "morph", "a.png", "b.png", "--to", "path.avi")
    assert code == errors.UsageError.exit_code
    assert ".webp" in messages


def test_a_film_that_cannot_be_encoded_here_is_refused_before_any_work(
    art: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.create.created_files.can_encode_films", lambda: False)
    code, _, messages = pochade("-C", art, "morph", "a.png", "b.png", "--to", "path.mp4")
    assert code == errors.UsageError.exit_code
    assert "pochade[video]" in messages
