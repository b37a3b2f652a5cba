"""A process answers the same person's commands, and nobody who must do without an answer waits or fails."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.system import private_socket
from pochade.system.private_socket import MAX_QUESTION_BYTES, PrivateSocket, ask_process, socket_path

pytestmark = pytest.mark.skipif(not private_socket.HAS_SOCKETS, reason="this system has no Unix sockets")
LONG_ANSWER = b"an answer\n" * 100_000


@pytest.fixture
def path(short_cache: Path) -> Path:
    """The path of a socket in a cache folder that does not exist yet."""
    assert short_cache.parent.is_dir()
    return socket_path("test", "0.1")


@pytest.fixture
def echo(path: Path) -> Iterator[PrivateSocket]:
    """A socket that answers with the question."""
    opened = PrivateSocket(path, lambda question: question)
    yield opened
    opened.close()


def test_the_answer_to_each_question_arrives_whole(path: Path) -> None:
    listener = PrivateSocket(path, lambda question: question + LONG_ANSWER)
    assert [ask_process(path, question) for question in (b"one", b"two\n", b"")] == [
        question + LONG_ANSWER for question in (b"one", b"two\n", b"")
    ]
    listener.close()


def test_only_this_person_may_enter(path: Path, echo: PrivateSocket) -> None:
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [echo.path]


def test_other_facts_lead_to_another_socket(short_cache: Path) -> None:
    paths = [socket_path(*facts) for facts in (("find", "0.1"), ("find", "0.2"), ("find0.1",), ("find", "\udcff"))]
    assert len(set(paths)) == 4
    assert {path.parent for path in paths} == {short_cache / private_socket.SOCKET_FOLDER}


def test_where_nobody_answers_there_is_no_answer(path: Path, echo: PrivateSocket) -> None:
    assert ask_process(path.with_name("other"), b"?") is None
    echo.close()
    assert not path.exists()
    assert ask_process(path, b"?") is None
    echo.close()  # does nothing


def test_a_socket_of_a_process_that_was_killed_is_passed_over_and_replaced(path: Path) -> None:
    path.parent.mkdir(parents=True, mode=0o700)
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(os.fspath(path))
    assert ask_process(path, b"?") is None
    listener = PrivateSocket(path, lambda _: b"!")
    assert ask_process(path, b"?") == b"!"
    listener.close()


def test_nobody_waits_for_a_process_that_does_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_socket, "RECEIPT_SECONDS", 0.01)
    path.parent.mkdir(parents=True, mode=0o700)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(os.fspath(path))
        stopped.listen()
        assert ask_process(path, b"?") is None


def test_the_last_process_answers_and_the_end_of_the_first_changes_nothing(path: Path) -> None:
    first, last = PrivateSocket(path, lambda _: b"first"), PrivateSocket(path, lambda _: b"last")
    assert ask_process(path, b"who?") == b"last"
    first.close()
    assert ask_process(path, b"who?") == b"last"
    last.close()
    assert not path.exists()


def test_a_folder_that_others_may_enter_is_not_used(path: Path, echo: PrivateSocket) -> None:
    path.parent.chmod(0o755)
    assert ask_process(path, b"?") is None
    with pytest.raises(OSError, match="open to others"):
        PrivateSocket(path, echo.answer)


def test_a_folder_of_somebody_else_or_a_link_is_not_used(
    path: Path, echo: PrivateSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = path.parent.with_name("link")
    link.symlink_to(path.parent)
    assert ask_process(link / path.name, b"?") is None
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert ask_process(path, b"?") is None
    assert echo.path.exists()


def test_a_question_without_an_answer_and_one_that_is_too_long_get_none(path: Path) -> None:
    questions = list[bytes]()
    listener = PrivateSocket(path, questions.append)
    assert ask_process(path, b"?") is None
    assert ask_process(path, b"?" * (MAX_QUESTION_BYTES + 1)) is None
    assert questions == [b"?"]
    listener.close()


def test_a_path_that_is_too_long_for_a_socket_is_an_error(path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        PrivateSocket(path.with_name("folder" * 20) / "socket", lambda question: question)
