"""A disk that does not answer keeps nobody waiting."""

import threading
from collections.abc import Iterator

import pytest

from pochade.errors import NotAllowed, NotKnown
from pochade.web.folders import patient_answer
from pochade.web.folders.patient_answer import answer_in_time


@pytest.fixture
def away() -> Iterator[threading.Event]:
    """A disk that is away until the event is set."""
    event = threading.Event()
    yield event
    event.set()


def test_an_answer_or_an_error_comes_through() -> None:
    def fail() -> int:
        raise NotKnown("gone")

    assert answer_in_time(lambda: 3) == 3
    with pytest.raises(NotKnown, match="gone"):
        answer_in_time(fail)


def test_the_easier_question_is_asked_when_the_first_takes_too_long(away: threading.Event) -> None:
    assert answer_in_time(lambda: str(away.wait()), lambda: "less", seconds=0.01) == "less"
    with pytest.raises(NotAllowed, match="does not answer"):
        answer_in_time(away.wait, seconds=0.01)


def test_only_so_many_questions_wait(away: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_answer, "free_threads", threading.BoundedSemaphore(1))
    with pytest.raises(NotAllowed, match="does not answer"):
        answer_in_time(away.wait, seconds=0.01)
    with pytest.raises(NotAllowed, match="too many folders"):
        answer_in_time(lambda: 3)
