"""`pochade forget`."""

from pathlib import Path

import pytest

from pochade.cli import questions
from tests.support.command_line import RunCommand

pytestmark = pytest.mark.slow


@pytest.fixture
def art_with_gone_pictures(labelled_art: Path, pochade: RunCommand) -> Path:
    """A folder that lost two files since it was learnt; one of the two pictures has a label."""
    for name in ("drawing 0.png", "drawing 2.png"):
        (labelled_art / name).unlink()
    assert pochade("learn", labelled_art, "--minutes", "0").code == 0
    return labelled_art


def test_without_a_terminal_it_lists_the_pictures_and_forgets_none(
    art_with_gone_pictures: Path, pochade: RunCommand
) -> None:
    result = pochade("-C", art_with_gone_pictures, "forget")
    assert result.code == 2
    assert "pictures without a file (2):" in result.messages
    assert "PNG, 200 x 200: shapes" in result.messages
    assert "nothing was forgotten: 2 pictures would go, 1 with labels" in result.messages
    assert "hint: give --yes" in result.messages
    assert len(pochade("-C", art_with_gone_pictures, "forget", "--json").data) == 2


@pytest.mark.parametrize("answer", [True, False])
def test_the_person_is_asked(
    answer: bool, art_with_gone_pictures: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.cli.forget_command.confirm", lambda _: answer)
    result = pochade("-C", art_with_gone_pictures, "forget")
    assert result.code == (0 if answer else 2)
    assert ("2 pictures forgotten" in result.messages) is answer


def test_yes_forgets_without_a_question(art_with_gone_pictures: Path, pochade: RunCommand) -> None:
    assert pochade("-C", art_with_gone_pictures, "forget", "--yes").code == 0
    result = pochade("-C", art_with_gone_pictures, "forget")
    assert result.code == 0
    assert "every picture in the index has a file" in result.messages
    assert pochade("-C", art_with_gone_pictures, "labels", "--json").data == {"shapes": 1}


def test_a_question_without_a_terminal_means_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert not questions.confirm("Go on")
