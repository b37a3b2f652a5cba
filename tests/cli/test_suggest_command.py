"""`pochade suggest`."""

from pathlib import Path

from pochade import errors
from tests.support.command_line import RunCommand


def test_likely_pictures_and_useful_questions_are_suggested(labelled_art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", labelled_art, "suggest", "shapes", "-k", "3", "--json")
    assert [len(result.data["likely"]), len(result.data["ask"])] == [3, 3]
    assert "likely:" in result.messages
    assert "most useful to confirm or reject" in result.messages


def test_a_label_that_nobody_taught_is_an_error(labelled_art: Path, pochade: RunCommand) -> None:
    assert pochade("-C", labelled_art, "suggest", "nothing").code == errors.UsageError.exit_code
