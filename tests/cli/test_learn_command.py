"""`pochade learn`."""

import shutil
from pathlib import Path

import pytest

from pochade import errors
from tests.support.command_line import RunCommand
from tests.support.drawings import drawing


@pytest.mark.slow
def test_it_prints_what_was_learnt_and_which_files_gave_no_picture(
    art: Path, tmp_path: Path, pochade: RunCommand
) -> None:
    copy = tmp_path / "copy"
    (copy / "old").mkdir(parents=True)
    for name in ("drawing 0.png", "drawing 2.png", "old/drawing 1.png", "broken.png"):
        shutil.copy(art / name, copy / name)
    result = pochade("learn", copy, "--minutes", "0", "--json")
    assert result.code == 0
    assert result.data["new"] == 3
    assert "3 new pictures" in result.messages
    assert "broken.png: 'broken.png' is cut short" in result.messages


def test_ctrl_c_says_how_to_continue(art: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pochade.learn.learn_folder.walk_folder", interrupt)
    code, _, messages = pochade("learn", art)
    assert code == errors.Interrupted.exit_code
    assert "hint: give the same command again" in messages


@pytest.mark.slow
@pytest.mark.parametrize("answer", [True, False])
def test_it_asks_before_it_takes_most_files_for_deleted(
    answer: bool, art: Path, tmp_path: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    for path in copy.glob("*.png"):
        path.unlink()
    for path in (copy / "old").glob("drawing 1*.png"):
        path.unlink()
    questions = list[str]()

    def reply(question: str) -> bool:
        questions.append(question)
        return answer

    monkeypatch.setattr("pochade.cli.learn_command.confirm", reply)
    result = pochade("learn", copy, "--minutes", "0")
    assert len(questions) == 1
    assert result.code == (0 if answer else errors.FilesMissing.exit_code)
    assert ("--accept-missing" in result.messages) is not answer


@pytest.mark.slow
def test_what_is_passed_over_is_counted(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    (copy / "#recycle").mkdir()
    shutil.copy(copy / "drawing 0.png", copy / "#recycle" / "a.png")
    result = pochade("learn", copy, "--minutes", "0", "--exclude", "small*", "--again", "--json")
    assert result.code == 0
    assert (result.data["passed_over"], result.data["gone"], result.data["unchanged"]) == (2, 1, 23)
    assert [Path(path).name for path in result.data["passed_over_paths"]] == ["a.png", "small copy.jpg"]
    assert "2 files passed over" in result.messages


def test_an_invalid_pattern_is_a_usage_error(art: Path, pochade: RunCommand) -> None:
    result = pochade("learn", art, "--exclude", "!")
    assert result.code == errors.UsageError.exit_code
    assert "--exclude has the pattern '!', which is invalid" in result.messages


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "art").mkdir()
    drawing(1).save(tmp_path / "query.png")
    learnt = pochade("learn", tmp_path / "art", "--minutes", "0")
    assert (learnt.code, "there is no picture in" in learnt.messages) == (0, True)
    matches = pochade("-C", tmp_path / "art", "find", tmp_path / "query.png", "--json")
    assert (matches.code, matches.data) == (0, [])
    assert "the collection has no pictures" in matches.messages
