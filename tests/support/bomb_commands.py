"""Runs one command, or the server, on bombs, and says what each took.

It is a process of its own, so that nothing else counts.

    python -m tests.support.bomb_commands VERB FOLDER [BOMB ...]

FOLDER is an empty folder to work in. For each bomb, a line of JSON goes to stdout; the last one has the peak memory.
"""

import contextlib
import io
import json
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from pochade import cli
from tests.support.bombs import BOMBS
from tests.support.drawings import drawing
from tests.support.web_client import learnt_folder_of_art, serve

WORKER_MODULE, WATCH_SECONDS = "pochade.system.worker_main", 0.02
ART_COUNT = 22  # of drawings; `imagine` needs 20
Run = Callable[[Path], int]  # takes a picture, alone in its folder, and returns an exit code or an HTTP status


def run_words(*words: object) -> int:
    """Run a command in this process, and return its exit code."""
    sys.argv = ["pochade", *map(str, words)]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            cli.main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


def runs_of(verb: str, folder: Path) -> Run:
    """The command to run on a picture."""
    art = folder / "art"
    commands: dict[str, Callable[[Path], tuple[object, ...]]] = {
        "learn": lambda picture: ("learn", picture.parent, "--minutes", "0"),
        "find": lambda picture: ("-C", art, "find", picture),
        "clean": lambda picture: ("clean", picture, "--to", picture.parent / "clean"),
        "compress": lambda picture: ("compress", picture.parent, "--to", folder / f"{picture.name}.pochade"),
        "imagine": lambda picture: ("-C", art, "imagine", "--like", picture, "--to", picture.parent / "new.png"),
        "vary": lambda picture: ("-C", art, "vary", picture, "--to", picture.parent / "new.png"),
    }
    return lambda picture: run_words(*commands[verb](picture))


def measure(runs: Sequence[Run], picture: Path) -> dict[str, Any]:
    """Run commands on a picture, and return the worst exit code, and the most processor time that one took."""
    codes, seconds = list[int](), list[float]()
    for run in runs:
        begin = processor_seconds()
        codes.append(run(picture))
        seconds.append(processor_seconds() - begin)
    return {"name": picture.name, "code": max(codes), "seconds": max(seconds)}


def processor_seconds() -> float:
    """The processor time of this process, and of all its workers, those that are gone and those that live."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + gone.ru_utime + gone.ru_stime
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total


class WorkerWatch:
    """Watches how much memory workers take; they may be gone before one can ask.

    What the system says of processes that are gone does not help: it counts the peak of the process that started them.
    """

    def __init__(self) -> None:
        self.peak, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def end(self) -> int:
        """Stop, and return the most memory that a worker took, in bytes."""
        self.ended.set()
        self.thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self.ended.wait(WATCH_SECONDS):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if WORKER_MODULE in child.cmdline():  # it has begun
                        self.peak = max(self.peak, peak_of(child.pid))


def peak_of(process: int | str) -> int:
    """The most memory that a living process took, in bytes; 0 if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


def say(figures: dict[str, Any]) -> None:
    """Send a line to the process that waits for it."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


def measure_all(runs: Sequence[Run], folder: Path, names: list[str]) -> None:
    """Measure a harmless picture twice, as the first also loads the libraries, then the bombs."""
    plain = folder / "plain" / "plain.png"
    plain.parent.mkdir()
    drawing(77).save(plain)
    measure(runs, plain)
    before, watch = peak_of("self"), WorkerWatch()
    say(measure(runs, plain))
    for name in names:
        bomb = folder / f"only {name}" / name
        bomb.parent.mkdir()
        (folder / "bombs" / name).rename(bomb)
        say(measure(runs, bomb))
        shutil.rmtree(bomb.parent)
    say({"peak": watch.end(), "growth": peak_of("self") - before})


def write_bombs(folder: Path, names: list[str]) -> None:
    """Write the bombs in another process, so that their memory does not count."""
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "tests.support.bombs", folder, *names], check=True)


def main() -> None:
    """Measure the bombs that are named, or all of them."""
    verb, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or list(BOMBS)
    write_bombs(folder / "bombs", names)
    if verb not in {"learn", "clean", "compress"}:
        learnt_folder_of_art(folder / "art", ART_COUNT)
    if verb != "open":
        measure_all([runs_of(verb, folder)], folder, names)
        return
    with serve(folder / "art", results=folder / "results") as client:

        def send(address: str, field: str, picture: Path) -> int:
            return client.post(address, files={field: (picture.name, picture.read_bytes())}).status_code

        runs = [partial(send, "/api/find", "picture"), partial(send, "/api/scans", "scan")]
        measure_all(runs, folder, names)


if __name__ == "__main__":
    main()
