"""What a person sees at the command line when a collection is put in order."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pochade import errors
from tests.support.command_line import run_command
from tests.support.drawings import drawing, folder_of_art


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has been learnt, with a copy in it."""
    folder = folder_of_art(tmp_path_factory.mktemp("cli") / "art", 16)
    drawing(2).resize((100, 100)).save(folder / "small copy.jpg")
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["learn", folder, "--minutes", "0"], monkeypatch) == 0
    return folder


def asked(
    words: list[object], art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Any, str]:
    """What a command says as data, and in words."""
    capsys.readouterr()
    assert run_command(["-C", art, *words, "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_families_are_said_with_their_cover_and_its_reason(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--script", tmp_path / "aside.sh", "--sheet", tmp_path / "families.png"]
    data, words = asked(["families", *options], art, monkeypatch, capsys)
    (family,) = data
    assert Path(family["cover"]).name == "drawing 2.png"
    assert [member["kind"] for member in family["members"]] == ["exact", "near"]
    assert "cover: the largest" in words
    assert "1 copies" in words
    with Image.open(tmp_path / "families.png") as sheet:
        assert sheet.height < sheet.width  # one row
    assert "small copy.jpg" in (tmp_path / "aside.sh").read_text()
    assert (art / "small copy.jpg").exists()


def test_a_script_that_would_overwrite_something_is_refused_before_any_work(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-C", art, "families", "--script", art / "drawing 0.png"]
    assert run_command(words, monkeypatch) == errors.OutputUnwritable.exit_code
    assert "there already" in capsys.readouterr().err


def test_groups_can_be_renamed_and_drawn(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _ = asked(["groups"], art, monkeypatch, capsys)
    words = ["groups", "--rename", data[0]["number"], "my shapes", "--sheet", tmp_path / "groups.png"]
    data, said = asked(words, art, monkeypatch, capsys)
    assert data[0]["name"] == "my shapes"
    assert "my shapes" in said
    with Image.open(tmp_path / "groups.png") as sheet:
        assert sheet.width > 200
    assert run_command(["-C", art, "groups", "--rename", "999", "none"], monkeypatch) == errors.UsageError.exit_code


def test_a_label_is_taught_suggested_and_written_beside_the_art(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(art, tmp_path / "copy")
    words = ["teach", "shapes", copy / "drawing 0.png", copy / "drawing 4.png", "--not", copy / "drawing 6.png"]
    data, _ = asked(words, copy, monkeypatch, capsys)
    assert data == {"shapes": 2}
    data, said = asked(["suggest", "shapes", "-k", "3"], copy, monkeypatch, capsys)
    assert [len(data["likely"]), len(data["ask"])] == [3, 3]
    assert "likely:" in said
    data, _ = asked(["labels", "--write"], copy, monkeypatch, capsys)
    assert data == {"shapes": 2}
    assert len(list(copy.glob("*.xmp"))) == 2
    assert run_command(["-C", copy, "suggest", "nothing"], monkeypatch) == errors.UsageError.exit_code


def test_the_map_is_a_picture_and_a_list_of_places(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, said = asked(["map", "--to", tmp_path / "map.png"], art, monkeypatch, capsys)
    assert len(data) == 17
    assert all(abs(spot["x"]) <= 1.01 and abs(spot["y"]) <= 1.01 for spot in data)
    with Image.open(tmp_path / "map.png") as drawn:
        assert drawn.width == 2400
    assert "17 files" in said
    assert asked(["map", "--anew", "--to", tmp_path / "map.png"], art, monkeypatch, capsys)[0] == data


@pytest.mark.parametrize("command", ["families", "groups", "map", "labels"])
def test_a_folder_that_was_not_learnt_is_said(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["-C", tmp_path, command], monkeypatch) == errors.CollectionMissing.exit_code
    assert "nothing has been learnt" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
