"""`pochade learn`."""

import shutil
from pathlib import Path

import pytest

from pochade import errors
from tests.support.command_line import RunCommand


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
