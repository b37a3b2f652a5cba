"""Small files that ask for a lot of memory or time are refused by every command, in little memory and time.

Each file is read as a command reads it, in a worker that may take 600 MB. That the worker ends itself, long before the
limits that hold for every picture, is seen from the reason that it gives. Then whole commands run, and the server.
"""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pochade.archive.codecs.encode_job import EncodeTask
from pochade.errors import PictureUnreadable
from pochade.images.io.read import read_picture, read_preview
from pochade.images.io.reading_worker import ReadTask
from pochade.learn.ingest_file import IngestTask
from pochade.system import worker_process
from pochade.system.folder_walk import stamp_of
from pochade.system.worker_process import Task, Worker
from pochade.web.render.picture_rendering import ReadPixelsTask, RenderJpegTask
from pochade.web.render.scan_decoding import DecodeScanTask
from tests.support.bombs import BOMBS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of data"),
]
MAX_BYTES = 600 * 2**20
MAX_SECONDS = 10.0  # of processor time
READERS = ("pochade.images.io.read",)
SLOW_BOMBS = {
    *("noise.svg", "brushes.svg", "layers.svg", "nested layers.svg", "tiles.pdf", "layers.pdf", "shades.pdf"),
    *("scans.jpg", "layers.xcf", "layers.psd", "layers.ora"),
}


@pytest.fixture(name="worker")
def make_small_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker with the time limit of a test and a low limit of memory."""
    import resource  # noqa: PLC0415  absent on Windows

    monkeypatch.setattr(worker_process, "CLOCK_FACTOR", 1000)  # a busy machine has little processor time
    with Worker(MAX_SECONDS, threading.Event(), READERS) as worker:
        process = worker.start().process
        resource.prlimit(process.pid, resource.RLIMIT_DATA, (MAX_BYTES, MAX_BYTES))
        yield worker


def all_bombs(*, slow_ones: Sequence[Any]) -> list[Any]:
    """The names of all bombs; those that keep a worker busy until its time is over get these marks."""
    return [pytest.param(name, marks=slow_ones if name in SLOW_BOMBS else ()) for name in BOMBS]


def write_bomb(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(BOMBS[name]())
    return path


def ingest_task(path: Path, folder: Path) -> IngestTask:
    return IngestTask(str(path).encode(), stamp_of(path.stat()), frozenset(), folder)


READS: dict[str, Callable[[Path, Path], Task]] = {
    "find": lambda path, _: ReadTask(partial(read_preview, side=256), path, None),
    "clean": lambda path, _: ReadTask(read_picture, path, None),
    "learn": ingest_task,
    "page": lambda path, folder: RenderJpegTask(path, 1024, folder / "rendered.jpg"),
    "page, search": lambda path, _: ReadPixelsTask(path),
    "page, scan": lambda path, folder: DecodeScanTask(path, folder / "scan.npy"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_find_refuses_a_bomb(name: str, tmp_path: Path, worker: Worker) -> None:
    assert_refused(worker.call(READS["find"](write_bomb(tmp_path, name), tmp_path)))


@pytest.mark.parametrize("name", all_bombs(slow_ones=[pytest.mark.full]))
def test_every_other_command_and_the_page_refuse_a_bomb(name: str, tmp_path: Path, worker: Worker) -> None:
    bomb = write_bomb(tmp_path, name)
    for command, read in READS.items():
        if command != "find":
            assert_refused(worker.call(read(bomb, tmp_path)))


def assert_refused(answer: Any) -> None:
    problem = str(answer) if isinstance(answer, PictureUnreadable) else str(getattr(answer, "problem", None))
    assert problem.startswith("'")
    assert "MB of memory" not in problem
    assert "took longer" not in problem


@pytest.mark.parametrize("name", all_bombs(slow_ones=[pytest.mark.full]))
def test_compress_stores_a_bomb_as_it_is(name: str, tmp_path: Path, worker: Worker) -> None:
    bomb = write_bomb(tmp_path, name)
    sha256 = hashlib.sha256(bomb.read_bytes()).hexdigest()
    worker.seconds *= 6  # for packing the bytes, too
    results = worker.call(EncodeTask(bomb, sha256, tmp_path / "encoded", "preview"))
    assert [result.encoded.score for result in results] == [None]


HTTP_REFUSAL = range(400, 500)
REFUSALS: dict[str, Sequence[int]] = {  # exit codes; `learn` and `compress` list the file, and go on
    "learn": [0],
    "find": [PictureUnreadable.exit_code],
    "clean": [PictureUnreadable.exit_code],
    "compress": [0],
    "imagine": [PictureUnreadable.exit_code],
    "vary": [PictureUnreadable.exit_code],
    "open": HTTP_REFUSAL,
}
QUICK_BOMBS = ["tall.png", "uses.svg", "claim.gif"]


@pytest.mark.parametrize(
    ("verb", "names"),
    [
        *((verb, QUICK_BOMBS) for verb in ("learn", "find", "clean", "compress")),
        *(pytest.param(verb, [], marks=pytest.mark.full) for verb in REFUSALS),
    ],
    ids=[*(f"{verb} few" for verb in ("learn", "find", "clean", "compress")), *(f"{verb} all" for verb in REFUSALS)],
)
def test_whole_commands_and_the_server_refuse_bombs(verb: str, names: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.bomb_commands", verb, str(tmp_path), *names]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    plain, *bombs, memory = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [bomb["name"] for bomb in bombs] == (names or list(BOMBS))
    assert {bomb["name"]: bomb["code"] for bomb in bombs if bomb["code"] not in REFUSALS[verb]} == {}
    slow = {bomb["name"]: bomb["seconds"] for bomb in bombs if bomb["seconds"] > plain["seconds"] + MAX_SECONDS}
    assert slow == {}
    assert memory["peak"] <= MAX_BYTES
    assert memory["growth"] <= MAX_BYTES
