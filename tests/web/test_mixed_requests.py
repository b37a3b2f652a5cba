"""Two hundred requests at once while workers are killed: every answer is whole, and nothing is left behind."""

import io
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import psutil
import pytest
from PIL import Image

REQUESTS, AT_ONCE, REQUESTS_PER_KILL = 200, 50, 20
LONGEST_WAIT_SECONDS = 120
SIDES = ("256", "512", "1024")


class Answer(NamedTuple):
    """What the server answered to a request."""

    path: str
    status: int
    kind: str  # the content type
    length: int  # as the header says
    body: bytes


@contextmanager
def served(folder: Path, temporary: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A server process over a folder, and its address."""
    command = [sys.executable, "-m", "pochade", "open", str(folder), "--port", "0", "--no-browser"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr
        line = next(line for line in server.stderr if "the page is at" in line)
        Thread(target=server.stderr.read, daemon=True).start()  # a full pipe would stop the server
        try:
            yield psutil.Process(server.pid), line.rpartition(" ")[2].strip().rstrip("/")
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(LONGEST_WAIT_SECONDS)


def ask(address: str, path: str) -> Answer:
    """Send a request and read the whole answer."""
    try:
        with urllib.request.urlopen(address + path, timeout=LONGEST_WAIT_SECONDS) as response:
            return answer_of(path, response.status, response.headers.get, response.read())
    except urllib.error.HTTPError as error:
        return answer_of(path, error.code, error.headers.get, error.read())


def answer_of(path: str, status: int, header: Callable[[str, str], str], body: bytes) -> Answer:
    """Put together what was answered."""
    return Answer(path, status, header("content-type", ""), int(header("content-length", "-1")), body)


def kill_a_worker(server: psutil.Process, choice: random.Random) -> None:
    """Kill one of the workers, if there is any at this moment."""
    if workers := server.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            choice.choice(workers).kill()


def check_whole(answer: Answer) -> None:
    """Check that an answer has the length that it claims, and can be read to its end."""
    assert len(answer.body) == answer.length, answer.path
    assert answer.status < 500, answer
    if answer.kind == "application/json":
        content = json.loads(answer.body)
        assert answer.status == 200 or content["error"], answer
    else:
        Image.open(io.BytesIO(answer.body)).load()  # fails if a picture is cut short


@pytest.mark.slow
def test_every_answer_is_whole_while_workers_are_killed(learnt_folder: Path, tmp_path: Path) -> None:
    choice = random.Random(7)
    with served(learnt_folder, tmp_path) as (server, address):
        keys = sorted(set(json.loads(ask(address, "/api/pieces").body)["keys"]))
        pictures = [f"/api/pictures/{key}?side={side}" for key, side in itertools.product(keys, SIDES)]
        others = ["/api/info", "/api/pieces", "/api/jobs", *(f"/api/thumbnails/{key}" for key in keys)]
        paths = [choice.choice(pictures if number % 2 else others) for number in range(REQUESTS)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = []
            for future in as_completed([threads.submit(ask, address, path) for path in paths]):
                answers.append(future.result())
                if len(answers) % REQUESTS_PER_KILL == 0:
                    kill_a_worker(server, choice)
        again = [ask(address, path) for path in sorted(set(paths))]
        workers = server.children(recursive=True)
    for answer in (*answers, *again):
        check_whole(answer)
    assert {answer.status for answer in again} == {200}, "a killed worker is forgotten"
    body_by_path = {answer.path: answer.body for answer in again}
    for answer in answers:
        if answer.path in pictures and answer.status == 200:
            assert answer.body == body_by_path[answer.path], "what is at an immutable address never changes"
    _, alive = psutil.wait_procs(workers, timeout=LONGEST_WAIT_SECONDS)
    assert not alive
    assert not list(tmp_path.iterdir())
