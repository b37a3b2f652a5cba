"""Damaged files of every format through `pochade.images`: pictures, errors of ours, and nothing else.

Each file is one of `tests.pictures` with bits flipped, its end cut off, or a stretch of it replaced by one of itself or
of another format's file. A child process with 1 GB of address space reads them one after the other, whole and as a
preview; the parent counts, and starts another child when one has crashed or taken over ten seconds for a file.

    python -m experiments.bench.bench_mutations [FILES]
"""

import json
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

FILES = 10_000
MEMORY = 10**9  # bytes of address space of a child
MOST_BYTES = MEMORY // 2  # that the reader is told: the libraries themselves take some of it
SECONDS = 10.0
KINDS = ("flip", "cut", "splice")


def mutated(samples: dict[str, bytes], index: int) -> tuple[str, str, bytes]:
    """The file of this number: its format, what was done to it, its bytes. The same in every run."""
    chance = np.random.default_rng(index)
    names = sorted(samples)
    name, kind = names[index % len(names)], KINDS[index // len(names) % len(KINDS)]
    content = bytearray(samples[name])
    if kind == "flip":
        for place in chance.integers(0, len(content) * 8, chance.integers(1, 9)).tolist():
            content[place // 8] ^= 1 << place % 8
    elif kind == "cut":
        del content[int(chance.integers(0, len(content))) :]
    else:
        other = samples[names[int(chance.integers(0, len(names)))] if chance.integers(2) else name]
        length = int(chance.integers(1, max(2, len(other) // 4)))
        start, place = (int(chance.integers(0, len(whole))) for whole in (other, content))
        content[place : place + int(chance.integers(0, length + 1))] = other[start : start + length]
    return name, kind, bytes(content)


def child(first: int, last: int) -> None:
    """Read the files of these numbers; a line before and after each, so that the parent knows what was going on."""
    from pochade.errors import PictureUnreadable  # noqa: PLC0415  # the parent needs none of the libraries
    from pochade.images.io.read import read_picture, read_preview  # noqa: PLC0415
    from tests.support.picture_files import files_of_every_format  # noqa: PLC0415

    samples = files_of_every_format()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path = Path(tempfile.mkdtemp()) / "piece"
    for index in range(first, last):
        name, kind, content = mutated(samples, index)
        path.write_bytes(content)
        tell({"begins": index, "format": name, "kind": kind})
        for reading in (lambda: read_picture(path, most_bytes=MOST_BYTES), lambda: read_preview(path, 8)):
            try:
                reading()
                outcome = "picture"
            except PictureUnreadable as error:
                outcome = type(error).__name__
            except BaseException as error:  # that is what we look for
                outcome = f"foreign {type(error).__name__}: {error}"[:200]
            tell({"outcome": outcome})
        tell({"peak": peak()})
    path.unlink()
    path.parent.rmdir()


def peak() -> int:
    """The most memory, in bytes, that this process has had; getrusage would count the parent's from before."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def tell(what: dict[str, Any]) -> None:
    """A line for the parent."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def watched(first: int, last: int, counts: Counter[str], worst: dict[str, Any]) -> int:
    """Let a child read from the first to the last number; gives the number to go on with."""
    command = [sys.executable, "-m", "experiments.bench.bench_mutations", "--child", str(first), str(last)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    now: dict[str, Any] = {"begins": first - 1}
    began = time.monotonic()
    while True:
        patience = SECONDS if now["begins"] >= first else 60.0  # the libraries are loaded first
        if not select.select([process.stdout], [], [], patience)[0]:
            process.kill()
            trouble = "hang"
            break
        line = process.stdout.readline()
        if not line:
            trouble = "" if process.wait() == 0 else f"crash {process.returncode}"
            break
        if not line.startswith(b"{"):
            continue  # a library's own words
        said = json.loads(line)
        if "begins" in said:
            now, began = said, time.monotonic()
        elif "outcome" in said:
            counts[said["outcome"].split(":")[0]] += 1
            if said["outcome"].startswith("foreign"):
                worst["troubles"].append(now | said)
        else:
            worst["peak_bytes"] = max(worst["peak_bytes"], said["peak"])
            worst["seconds"] = max(worst["seconds"], time.monotonic() - began)
    process.stdout.close()
    process.wait()
    if not trouble:
        return last
    counts[trouble] += 1
    worst["troubles"].append(now | {"outcome": trouble})
    print(worst["troubles"][-1], flush=True)
    return int(now["begins"]) + 1


def main(files: int) -> None:
    """Measure and write `results/mutations.json`."""
    from experiments.shared.record import record  # noqa: PLC0415  # a child must not load torch

    counts: Counter[str] = Counter()
    worst: dict[str, Any] = {"peak_bytes": 0, "seconds": 0.0, "troubles": []}
    position = 0
    while position < files:
        position = max(position + 1, watched(position, min(position + 500, files), counts, worst))
    figures = {"files": files, "readings": dict(counts.most_common()), **worst}
    print(json.dumps(figures, indent=2))
    if files >= FILES:
        record("mutations", figures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
