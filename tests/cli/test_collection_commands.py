"""What a person sees of their collection at the command line."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from pochade import errors
from pochade.cli.learn_command import format_named
from tests.support.command_line import run_command
from tests.support.drawings import drawing, folder_of_art


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has been learnt, with one file that gives no picture."""
    folder = folder_of_art(tmp_path_factory.mktemp("cli") / "art")
    (folder / "broken.png").write_bytes((folder / "drawing 0.png").read_bytes()[:300])
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run_command(["learn", folder, "--minutes", "0"], monkeypatch) == 0
    return folder


def test_learning_says_what_was_done_and_what_went_wrong(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(art, copy, ignore=shutil.ignore_patterns(".pochade"))
    assert run_command(["learn", copy, "--minutes", "0", "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["new"] == 12
    assert "12 new pieces" in said.err
    assert "broken.png: 'broken.png' is cut short" in said.err


def test_finding_prints_paths_as_data_and_as_lines(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing(6).rotate(90).save(tmp_path / "turned.jpg")
    sheet = tmp_path / "sheet.png"
    words = ["-C", art, "find", tmp_path / "turned.jpg", "-k", "3", "--json", "--sheet", sheet]
    assert run_command(words, monkeypatch) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert len(found) == 3
    assert found[0]["path"] == str(art / "drawing 6.png")
    assert str(art / "drawing 6.png") in said.err
    with Image.open(sheet) as drawn:
        assert drawn.size[0] > 1000


def test_a_sheet_replaces_an_earlier_one_but_never_a_piece(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piece, sheet = art / "drawing 6.png", tmp_path / "sheet.png"
    before = piece.read_bytes()
    assert run_command(["-C", art, "find", piece, "--sheet", piece], monkeypatch) != 0
    assert "is there already, and is no contact sheet" in capsys.readouterr().err
    assert piece.read_bytes() == before
    for _ in range(2):
        assert run_command(["-C", art, "find", piece, "--sheet", sheet], monkeypatch) == 0


def test_filters_are_given_in_words(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "-C",
        art,
        "find",
        art / "drawing 0.png",
        "--json",
        "--in",
        "old",
        "--shape",
        "square",
        "--since",
        "2020-01-01",
    ]
    assert run_command(words, monkeypatch) == 0
    assert {Path(match["path"]).parent.name for match in json.loads(capsys.readouterr().out)} == {"old"}
    assert (
        run_command(["-C", art, "find", art / "drawing 0.png", "--colour", "mauve"], monkeypatch) == errors.UsageError.exit_code
    )
    assert "'mauve' is none of red, orange" in capsys.readouterr().err


def test_a_format_may_be_its_ending_and_one_that_is_not_here_is_said_to_be(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["-C", art, "find", art / "drawing 0.png", "--json", "--format"]
    assert run_command([*ask, "png"], monkeypatch) == 0
    assert len(json.loads(capsys.readouterr().out)) == 10
    assert run_command([*ask, "jpg"], monkeypatch) == errors.UsageError.exit_code
    said = capsys.readouterr().err
    assert "nothing here has the format 'jpg'" in said
    assert "hint: there is PNG" in said
    assert format_named("jpg", ["PNG", "JPEG"]) == "JPEG"
    assert format_named("Procreate", ["PNG", "PROCREATE"]) == "PROCREATE"


def test_info_tells_what_is_known(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["-C", art, "info", "--json"], monkeypatch) == 0
    said = capsys.readouterr()
    known = json.loads(said.out)
    assert (known["files"], known["pieces"], known["formats"]) == (12, 12, {"PNG": 12})
    assert len(known["problems"]) == 1
    assert "12 files hold 12 pieces" in said.err


def test_the_nearest_collection_upwards_is_meant(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(art / "old")
    assert run_command(["info", "--json"], monkeypatch) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(art)
    monkeypatch.chdir(tmp_path)
    assert run_command(["info"], monkeypatch) == errors.CollectionMissing.exit_code
    assert "hint: name the folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-C", "nowhere", "info"], errors.CollectionMissing.exit_code),
        (["-C", ".", "info"], errors.CollectionMissing.exit_code),
        (["learn", "file.txt"], errors.CollectionMissing.exit_code),
        (["find", "x.png", "-k", "0"], errors.UsageError.exit_code),
        (["learn", ".", "--minutes", "-1"], errors.UsageError.exit_code),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_code(
    words: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("no folder")
    assert run_command(words, monkeypatch) == code
    assert "Traceback" not in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_picture_that_is_none_is_named(
    art: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "asked.png").touch()
    assert run_command(["-C", art, "find", tmp_path / "asked.png"], monkeypatch) == errors.PictureUnreadable.exit_code
    assert "asked.png' is empty" in capsys.readouterr().err


COMMANDS = (
    "learn", "find", "info", "families", "groups", "map", "teach", "suggest", "labels", "clean",
    "imagine", "vary", "morph", "compress", "extract", "verify", "list",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_help_and_in_the_documentation(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run_command([command, "--help"], monkeypatch) == 0
    shown = capsys.readouterr().out
    documented = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    assert "Example:" in shown
    assert f"`pochade {command}" in documented
    for option in (word.strip(",│ ") for word in shown.split() if word.startswith("--") and word != "--help"):
        assert f"`{option}" in documented, option


def test_ctrl_c_while_learning_says_how_to_go_on(
    art: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pochade.learn.learn_folder.walk_folder", interrupted)
    assert run_command(["learn", art], monkeypatch) == errors.Interrupted.exit_code
    assert "hint: give the same command again" in capsys.readouterr().err
