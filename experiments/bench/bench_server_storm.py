"""Whether the server keeps its word in a storm: 200 mixed requests at once, while its workers are killed at random.

    python -m experiments.bench.bench_server_storm [SECONDS]

SECONDS is how long the storm lasts, 600 by default. Every answer is read to its end: one that is shorter than it says,
that can't be decoded, or that differs from an earlier answer at an immutable address is a fault. The server is then
interrupted (Ctrl-C) while requests are under way. It must end within three seconds, and leave neither a process nor a
temporary file.
"""

import hashlib
import http.client
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from PIL import Image

from experiments.shared.paths import DRAWINGS

SECONDS, AT_ONCE = 600, 200
DRAWING_FOLDER, DRAWING_COUNT = "animals", 80  # of openclipart
SIDES = ("256", "512", "1024")
LONGEST_KILL_PAUSE_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300  # for an answer on a busy machine
LONGEST_STOP_SECONDS = 60
BOUNDARY = "storm"
MAX_FAULTS = 20  # that are recorded
PAGES = (
    "/", "/api/info", "/api/pieces", "/api/jobs", "/api/families", "/api/groups", "/api/map", "/api/labels",
    "/api/problems", "/api/folder", "/api/verdicts", "/api/search?q=animal", "/api/pieces?sort=colour&limit=20",
)  # fmt: skip


class Answer(NamedTuple):
    """What the server answered to a request."""

    path: str
    status: int
    kind: str  # the content type
    length: int  # as the header says; -1 if it says none
    body: bytes


@contextmanager
def served(folder: Path, temporary: Path) -> Iterator[tuple[psutil.Popen, str]]:
    """A server process over a folder, with its own folder for temporary files, and its address."""
    command = [sys.executable, "-m", "pochade", "open", str(folder), "--port", "0", "--no-browser"]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with psutil.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        line = next(line for line in server.stderr if "the page is at" in line)
        threading.Thread(target=server.stderr.read, daemon=True).start()  # a full pipe would stop the server
        try:
            yield server, line.rpartition(" ")[2].strip().rstrip("/")
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                server.wait(LONGEST_STOP_SECONDS)


def ask(address: str, path: str) -> Answer:
    """Send a request and read the whole answer; a search by picture sends a picture."""
    request = urllib.request.Request(address + path)
    if path.startswith("/api/find"):
        request.data = _upload()
        request.add_header("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    try:
        with urllib.request.urlopen(request, timeout=LONGEST_WAIT_SECONDS) as response:
            return _answer_of(path, response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return _answer_of(path, error.code, error.headers, error.read())


def _upload() -> bytes:
    buffer = io.BytesIO()
    Image.radial_gradient("L").resize((64, 64)).save(buffer, "PNG")
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    return head.encode() + buffer.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def _answer_of(path: str, status: int, headers: Any, body: bytes) -> Answer:
    return Answer(path, status, headers.get("content-type", ""), int(headers.get("content-length", "-1")), body)


def fault_of(answer: Answer) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if answer.length >= 0 and len(answer.body) != answer.length:
        return f"{answer.path}: {len(answer.body)} bytes instead of {answer.length}"
    if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{answer.path}: status {answer.status}"
    try:
        if answer.kind.startswith("application/json"):
            content = json.loads(answer.body)
            return (
                "" if answer.status < http.HTTPStatus.BAD_REQUEST or content["error"] else f"{answer.path}: no reason"
            )
        if answer.kind.startswith("image/"):
            Image.open(io.BytesIO(answer.body)).load()  # fails if a picture is cut short
    except (OSError, ValueError, KeyError) as error:
        return f"{answer.path}: {error}"
    return ""


def mixed_paths(address: str) -> list[str]:
    """Paths of pages, pictures and searches; pictures, which workers draw, are most of them."""
    keys = sorted(set(json.loads(ask(address, "/api/pieces").body)["keys"]))
    of_pictures = [f"/api/pictures/{key}?side={side}" for key in keys for side in SIDES]
    others = [
        f"/api/{part}" for key in keys for part in (f"thumbnails/{key}", f"pieces/{key}", f"pieces/{key}/nearest")
    ]
    return [*of_pictures, *others, *PAGES, "/api/find?k=5"]


@dataclass
class Storm:
    """What happened, as the threads that ask record it."""

    address: str
    paths: list[str]
    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)  # of pictures, by path
    slowest: float = 0.0  # seconds
    is_over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask_on(self, seed: int) -> None:
        """Send one request after the other until the storm is over."""
        choice = random.Random(seed)
        while not self.is_over.is_set():
            path = choice.choice(self.paths)
            begin = time.monotonic()
            try:
                self.record_answer(ask(self.address, path), time.monotonic() - begin)
            except (OSError, http.client.HTTPException) as error:
                if not self.is_over.is_set():  # then the server may end in the middle of an answer
                    self.record_fault(f"{path}: {type(error).__name__} {error}")

    def record_answer(self, answer: Answer, seconds: float) -> None:
        """Check an answer, and count it."""
        digest = hashlib.sha256(answer.body).hexdigest()
        is_picture = answer.path.startswith("/api/pictures/") and answer.status == http.HTTPStatus.OK
        is_known = is_picture and self.digests.setdefault(answer.path, digest) == digest
        fault = fault_of(answer)
        if is_picture and not is_known:
            fault = f"{answer.path}: another picture than before"
        if self.is_over.is_set() and answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            fault = ""  # the server ends, and says so to whoever still waits
        with self.lock:
            self.statuses[str(answer.status)] += 1
            self.slowest = max(self.slowest, seconds)
        if fault:
            self.record_fault(fault)

    def record_fault(self, fault: str) -> None:
        """Note what went wrong."""
        with self.lock:
            self.statuses["faults"] += 1
            if len(self.faults) < MAX_FAULTS:
                self.faults.append(fault)


def run_storm(folder: Path, temporary: Path, seconds: float, at_once: int) -> dict[str, Any]:
    """Let a storm pass over a server.

    Args:
        folder: A learnt collection.
        temporary: An empty folder, for the server's temporary files.
        seconds: How long to ask.
        at_once: The number of requests at once.

    Returns:
        The figures.
    """
    with served(folder, temporary) as (server, address):
        storm = Storm(address, mixed_paths(address))
        threads = [threading.Thread(target=storm.ask_on, args=(seed,)) for seed in range(at_once)]
        for thread in threads:
            thread.start()
        kills, workers = _kill_workers(server, seconds)
        storm.is_over.set()
        begin = time.monotonic()
        server.send_signal(signal.SIGINT)  # while requests are under way
        server.wait(LONGEST_STOP_SECONDS)
        stop_seconds = time.monotonic() - begin
        for thread in threads:
            thread.join()
    _, alive = psutil.wait_procs(workers, timeout=LONGEST_STOP_SECONDS)
    return {
        "seconds": seconds,
        "at_once": at_once,
        "requests": sum(storm.statuses.values()) - storm.statuses["faults"],
        "answers": dict(sorted(storm.statuses.items())),
        "faults": storm.faults,
        "slowest_seconds": storm.slowest,
        "workers_killed": kills,
        "processes_left": len(alive),
        "files_left": sorted(path.name for path in (*temporary.iterdir(), *folder.rglob("*.part"))),
        "stop_seconds": stop_seconds,
    }


def _kill_workers(server: psutil.Popen, seconds: float) -> tuple[int, list[psutil.Process]]:
    """Kill random workers for some time; returns their number, and all workers that were seen."""
    choice, kills, seen = random.Random(0), 0, set[psutil.Process]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(choice.uniform(0, LONGEST_KILL_PAUSE_SECONDS))
        workers = server.children(recursive=True)
        seen.update(workers)
        if workers:
            with suppress(psutil.NoSuchProcess):
                choice.choice(workers).kill()
                kills += 1
    seen.update(server.children(recursive=True))
    return kills, list(seen)


def main() -> None:
    """Measure; write `results/server_storm.json`."""
    from experiments.shared.record import record  # noqa: PLC0415  torch, which tests of the storm don't need
    from pochade import Collection  # noqa: PLC0415

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as workspace:
        art, temporary = Path(workspace) / "art", Path(workspace) / "temporary"
        art.mkdir()
        temporary.mkdir()
        for path in sorted((DRAWINGS / DRAWING_FOLDER).glob("*.png"))[:DRAWING_COUNT]:
            shutil.copy2(path, art)
        with Collection.open(art) as collection:
            collection.learn(minutes=0)
        figures = run_storm(art, temporary, seconds, AT_ONCE)
    print(json.dumps(figures, indent=2))
    record("server_storm", figures)


if __name__ == "__main__":
    main()
