"""A database that is away for a moment costs a moment, and one that stays away is reported."""

from collections.abc import Iterator

import pytest

from pochade.cluster import patient_database
from pochade.cluster.patient_database import ask_patiently
from pochade.errors import DatabaseAway, IndexDamaged


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(patient_database, "PAUSE_SECONDS", 0.0)


def answer_after(failures: int) -> Iterator[str]:
    """What a database answers that is away for some questions."""
    for _ in range(failures):
        yield ""
    yield "answer"


def ask(answers: Iterator[str]) -> str:
    """Ask the database once."""
    if answer := next(answers):
        return answer
    raise DatabaseAway("the index's database does not answer")


def test_a_question_is_repeated_until_the_database_answers() -> None:
    answers = answer_after(3)
    assert ask_patiently(lambda: ask(answers)) == "answer"


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_database, "PATIENCE_SECONDS", 0.0)
    answers = answer_after(3)
    with pytest.raises(DatabaseAway, match="does not answer"):
        ask_patiently(lambda: ask(answers))
    assert next(answers) == ""  # it was asked once


def test_other_errors_are_reported_at_once() -> None:
    def ask_damaged() -> None:
        raise IndexDamaged("the index can't be read")

    with pytest.raises(IndexDamaged):
        ask_patiently(ask_damaged)
