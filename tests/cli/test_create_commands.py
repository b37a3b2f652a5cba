"""What a person sees at the command line when new pictures are drawn."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pochade import errors
from pochade.images.metadata.provenance import DIGITAL_SOURCE_TYPE
from tests.support.command_line import run_command
from tests.support.drawings import drawing, folder_of_art
from tests.support.generator import LinearGenerator

PIECES = 22


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has been learnt."""
    folder = folder_of_art(tmp_path_factory.mktemp("cli") / "art", PIECES)
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["learn", folder, "--minutes", "0"], monkeypatch) == 0
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command runs in a folder of its own, and finds a net that draws."""
    painter = LinearGenerator([drawing(seed) for seed in range(PIECES)], latent_dim=8)
    monkeypatch.setattr("pochade.create.generation_context.generator_in_use", lambda _: painter)
    monkeypatch.chdir(tmp_path)


def asked(
    words: list[object], art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Any, str]:
    """What a command says as data, and in words."""
    capsys.readouterr()
    assert run_command(["-C", art, *words, "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_new_pictures_come_on_a_sheet_with_their_closest_pieces(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, words = asked(["imagine", "-n", "6", "--seed", "3", "--to", "new.png"], art, monkeypatch, capsys)
    assert [one["seed"] for one in data] == [3, 4, 5, 6, 7, 8]
    assert all(Path(one["nearest"]).is_relative_to(art) for one in data)
    assert {one["net"] for one in data} == {"linear8"}
    assert len(data[0]["code"]) == 8
    assert "wrote 'new.png': 6 pictures" in words
    with Image.open(tmp_path / "new.png") as sheet:
        assert DIGITAL_SOURCE_TYPE in sheet.info["XML:com.adobe.xmp"]
        assert sheet.height > 4 * 256, "two rows of pictures, each with a row of real pieces below it"


def test_in_a_folder_each_picture_has_a_file_that_says_it_was_made(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _ = asked(["imagine", "-n", "2", "--seed", "3", "--to", "new"], art, monkeypatch, capsys)
    again, _ = asked(["imagine", "-n", "1", "--seed", "4", "--to", "again"], art, monkeypatch, capsys)
    assert [Path(one["file"]).name for one in data] == ["imagine 3.png", "imagine 4.png"]
    with Image.open(tmp_path / data[1]["file"]) as one, Image.open(tmp_path / again[0]["file"]) as other:
        assert one.info["Seed"] == "4"
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_nothing_is_overwritten(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-C", art, "imagine", "-n", "1", "--seed", "3", "--to"]
    for to in ("new.png", "new"):
        assert run_command([*words, to], monkeypatch) == 0
        assert run_command([*words, to], monkeypatch) == errors.OutputUnwritable.exit_code
        assert "there already" in capsys.readouterr().err
    (tmp_path / "morph.gif").write_text("mine")
    assert run_command(["-C", art, "morph", art / "drawing 0.png", art / "drawing 2.png"], monkeypatch) != 0
    assert (tmp_path / "morph.gif").read_text() == "mine"


def test_without_a_seed_each_run_draws_others_and_names_its_sheet_by_it(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _ = asked(["imagine", "-n", "1"], art, monkeypatch, capsys)
    assert (tmp_path / f"imagined {data[0]['seed']}.png").exists()


def test_variations_of_a_piece(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["vary", art / "drawing 2.png", "-n", "3", "--strength", "10", "--seed", "1", "--to", "varied.png"]
    data, _ = asked(words, art, monkeypatch, capsys)
    assert len(data) == 3
    assert (tmp_path / "varied.png").exists()


@pytest.mark.parametrize(("name", "frames"), [("way.png", 1), ("way.gif", 6), ("way.webp", 6)])
def test_a_morph_is_a_strip_or_an_animation(
    name: str, frames: int, art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    images = [art / "drawing 0.png", art / "drawing 2.png"]
    data, words = asked(["morph", *images, "--frames", "6", "--loop", "--to", name], art, monkeypatch, capsys)
    assert len(data["frames"]) == 6
    assert f"wrote '{name}': 6 pictures" in words
    with Image.open(tmp_path / name) as drawn:
        assert getattr(drawn, "n_frames", 1) == frames


def test_a_grid_between_four(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    images = [art / f"drawing {seed}.png" for seed in (0, 2, 4, 6)]
    data, _ = asked(["morph", *images, "--grid"], art, monkeypatch, capsys)
    assert len(data["frames"]) == 64
    with Image.open(tmp_path / "morph.png") as drawn:
        assert drawn.width == drawn.height
    assert run_command(["-C", art, "morph", *images, "--grid", "--loop", "--to", "x.png"], monkeypatch) == 2


def test_a_name_that_no_morph_can_have_is_refused_before_anything_is_drawn(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["-C", art, "morph", "a.png", "b.png", "--to", "way.avi"], monkeypatch) == 2
    assert ".webp" in capsys.readouterr().err


def test_a_film_that_can_not_be_made_is_refused_before_anything_is_drawn(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pochade.create.created_files.can_encode_films", lambda: False)
    assert run_command(["-C", art, "morph", "a.png", "b.png", "--to", "way.mp4"], monkeypatch) == 2
    assert "pochade[video]" in capsys.readouterr().err
