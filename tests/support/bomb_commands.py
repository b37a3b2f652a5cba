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
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from pochade import cli
from tests.support.bombs import BOMBS
from tests.support.drawings import drawing
from tests.support.web_client import learnt_folder_of_art, serve

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


def measure(run: Run, picture: Path) -> dict[str, Any]:
    """Run a command on a picture, and return its exit code and the processor time that it took."""
    begin = processor_seconds()
    code = run(picture)
    return {"name": picture.name, "code": code, "seconds": processor_seconds() - begin}


def processor_seconds() -> float:
    """The processor time of this process, and of all its workers, those that are gone and those that live."""
    gone = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + gone.ru_utime + gone.ru_stime
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total


def peak_of_workers() -> int:
    """The most memory that a worker took, in bytes."""
    peaks = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]
    peaks += [peak_of(child.pid) for child in psutil.Process().children(recursive=True)]
    return max(peaks)


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


def measure_all(run: Run, folder: Path, names: list[str]) -> None:
    """Measure a harmless picture twice, as the first also loads the libraries, then the bombs."""
    plain = folder / "plain" / "plain.png"
    plain.parent.mkdir()
    drawing(77).save(plain)
    measure(run, plain)
    before = peak_of("self")
    say(measure(run, plain))
    for name in names:
        bomb = folder / f"only {name}" / name
        bomb.parent.mkdir()
        (folder / "bombs" / name).rename(bomb)
        say(measure(run, bomb))
        shutil.rmtree(bomb.parent)
    say({"peak": peak_of_workers(), "growth": peak_of("self") - before})


def write_bombs(folder: Path, names: list[str]) -> None:
    """Write the bombs in another process: a worker begins with the peak memory of the process that starts it."""
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "tests.support.bombs", folder, *names], check=True)


def main() -> None:
    """Measure the bombs that are named, or all of them."""
    verb, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or list(BOMBS)
    write_bombs(folder / "bombs", names)
    if verb not in {"learn", "clean", "compress"}:
        learnt_folder_of_art(folder / "art", ART_COUNT)
    if verb != "open":
        measure_all(runs_of(verb, folder), folder, names)
        return
    with serve(folder / "art", results=folder / "results") as client:

        def send(picture: Path) -> int:
            answers = [
                client.post(address, files={field: (picture.name, picture.read_bytes())})
                for address, field in (("/api/find", "picture"), ("/api/scans", "scan"))
            ]
            return max(answer.status_code for answer in answers)

        measure_all(send, folder, names)


if __name__ == "__main__":
    main()
