"""While a server shows a collection, it answers the searches of commands, from the index as it is now."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade import Collection
from pochade.index.collection_place import CollectionPlace, locate_collection
from pochade.organise.find_question import FindAnswer, FindQuestion, parse_answer, server_socket
from pochade.system.private_socket import HAS_SOCKETS, ask_process
from pochade.web.current_collection import CurrentCollection
from pochade.web.find_service import FindService, Searcher
from pochade.web.server_settings import ServerSettings
from tests.support.drawings import drawing, folder_of_art

pytestmark = pytest.mark.skipif(not HAS_SOCKETS, reason="this system has no Unix sockets")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(editable_folder: Path, short_cache: Path) -> CollectionPlace:
    """A learnt collection that the test may change, and a cache folder that is empty."""
    assert not short_cache.exists()
    return locate_collection(editable_folder)


@pytest.fixture
def service(place: CollectionPlace) -> Iterator[FindService]:
    """What answers searches in the collection."""
    service = FindService()
    service.publish(place)
    yield service
    service.withdraw()


def ask(place: CollectionPlace, question: FindQuestion) -> FindAnswer | None:
    """Ask as the command does."""
    message, path = question.to_json(Path(place.database)), server_socket(place)
    assert message is not None
    assert path is not None
    answer = ask_process(path, message)
    return parse_answer(answer) if answer else None


def test_a_picture_is_found_as_the_library_finds_it(place: CollectionPlace, service: FindService) -> None:
    image = place.folder / "small copy.jpg"
    with Collection.open(place.folder) as collection:
        matches = collection.find(image, 3)
        pictures = collection.search("copy")
    assert service.socket
    assert ask(place, FindQuestion(image, "", k=3)) == FindAnswer(tuple(matches))
    assert ask(place, FindQuestion(None, "copy", k=1)) == FindAnswer(pictures=(pictures[0],), total=len(pictures))


@pytest.mark.usefixtures("service")
def test_what_was_learnt_since_is_found(place: CollectionPlace) -> None:
    new = drawing(77)
    image = place.folder / "new.png"
    new.save(image)
    before = ask(place, FindQuestion(image, "", k=1))
    with Collection.open(place.folder) as collection:
        collection.learn(minutes=0)
    after = ask(place, FindQuestion(image, "", k=1))
    assert before is not None
    assert after is not None
    assert before.matches[0].path != image
    assert after.matches[0].path == image


@pytest.mark.usefixtures("service")
def test_an_index_that_was_made_again_is_opened_again(place: CollectionPlace) -> None:
    assert ask(place, FindQuestion(None, "drawing"))
    shutil.rmtree(place.home)
    (place.folder / "copy of 0.png").rename(place.folder / "heron.png")
    with Collection.open(place.folder) as collection:
        collection.learn(minutes=0)
    answer = ask(place, FindQuestion(None, "heron"))
    assert answer is not None
    assert [picture.path.name for picture in answer.pictures] == ["heron.png"]


@pytest.mark.usefixtures("service")
def test_an_error_is_no_answer(place: CollectionPlace) -> None:
    (place.folder / "empty.png").touch()
    assert ask(place, FindQuestion(place.folder / "empty.png", "")) is None
    assert ask(place, FindQuestion(None, "lable:owl")) is None
    assert ask(place, FindQuestion(None, "owl", shape="round")) is None
    assert ask(place, FindQuestion(None, "drawing"))


def test_a_message_of_somebody_who_is_no_command_has_no_answer(place: CollectionPlace) -> None:
    searcher = Searcher(place)
    for message in (b"", b"\xff", b"[]", b"null", b'{"a": 1}', b"[" * 10_000, b"GET / HTTP/1.1\r\n\r\n"):
        assert searcher.answer(message) is None


def test_a_read_only_index_is_not_searched_because_sqlite_would_see_no_change(
    place: CollectionPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher, message = Searcher(place), FindQuestion(None, "drawing").to_json(Path(place.database))
    assert message is not None
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert searcher.answer(message) is None
    monkeypatch.undo()
    assert searcher.answer(message)
    searcher.close()
    assert searcher.answer(message) is None


def test_a_search_that_is_busy_leaves_the_next_to_the_command(place: CollectionPlace) -> None:
    searcher, message = Searcher(place), FindQuestion(None, "drawing").to_json(Path(place.database))
    assert message is not None
    with searcher.lock:
        assert searcher.answer(message) is None
    assert searcher.answer(message)


def test_only_the_folder_that_is_shown_is_searched(place: CollectionPlace, tmp_path: Path) -> None:
    other = locate_collection(shutil.copytree(place.folder, tmp_path / "other"))
    current = CurrentCollection(ServerSettings(place.folder))
    assert ask(place, FindQuestion(None, "drawing")) is None
    current.answer_commands()
    assert ask(place, FindQuestion(None, "drawing"))
    current.switch(other.folder, discards=True)
    assert ask(place, FindQuestion(None, "drawing")) is None
    assert ask(other, FindQuestion(None, "drawing"))
    current.close()
    assert ask(other, FindQuestion(None, "drawing")) is None


def test_an_index_in_a_database_is_searched_by_the_command_alone(place: CollectionPlace) -> None:
    service, remote = FindService(), CollectionPlace(place.folder, place.home, "postgresql://host/name")
    service.publish(remote)
    assert service.socket is None
    assert server_socket(remote) is None


@pytest.mark.slow
def test_a_server_removes_its_socket_when_it_ends(tmp_path: Path, short_cache: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 1)
    command = [sys.executable, "-m", "pochade", "open", str(folder), "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stderr
        assert any("the page is at" in line for line in server.stderr)
        socket = server_socket(locate_collection(folder))
        assert socket
        assert list(short_cache.rglob("sockets/*")) == [socket]
        server.send_signal(signal.SIGINT)
        server.stderr.read()
    assert not list(short_cache.rglob("sockets/*"))
