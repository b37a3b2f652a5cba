"""Whether damaged files of every format yield pictures or Pochade's own errors, and nothing else.

    python -m experiments.bench.bench_mutations [FILES]

Each file is one of `tests.support.picture_files` with flipped bits, a missing end, a stretch replaced by one of itself
or of another format's file, or extreme numbers in its header. A child process with 1 GB of address space reads the
files in turn, whole and as a preview. The parent counts the outcomes, and starts another child when one crashes or
takes over ten seconds of processor time for a file. The figures are recorded after every 500 files, so that a run may
be stopped.
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
import psutil

FILES = 10_000
CHILD_BYTES = 10**9  # address space of a child process
READER_BYTES = CHILD_BYTES // 2  # limit given to the reader; the libraries need the rest
SECONDS_PER_FILE = 10.0  # of processor time
FILES_PER_CHILD = 500
KINDS = ("flip", "cut", "splice", "claim")
EXTREMES = (
    *(number.to_bytes(4, "little") for number in (0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 10_000)),
    *(number.to_bytes(4, "big") for number in (1, 0xFFFF, 0x7FFFFFFF, 0x80000000, 10_000)),
)
HEADER_BYTES = 600  # where sizes, counts and offsets are claimed


def mutate_file(samples: dict[str, bytes], index: int) -> tuple[str, str, bytes]:
    """Damage the sample file of a number, the same way in every run.

    Returns:
        The format, the kind of damage, and the file's bytes.
    """
    rng = np.random.default_rng(index)
    names = sorted(samples)
    format_name, kind = names[index % len(names)], KINDS[index // len(names) % len(KINDS)]
    content = bytearray(samples[format_name])
    if kind == "flip":
        for place in rng.integers(0, len(content) * 8, rng.integers(1, 9)).tolist():
            content[place // 8] ^= 1 << place % 8
    elif kind == "cut":
        del content[int(rng.integers(0, len(content))) :]
    elif kind == "claim":
        for place in rng.integers(0, min(len(content), HEADER_BYTES), rng.integers(1, 4)).tolist():
            content[place : place + 4] = EXTREMES[int(rng.integers(len(EXTREMES)))]
    else:
        other = samples[names[int(rng.integers(0, len(names)))] if rng.integers(2) else format_name]
        length = int(rng.integers(1, max(2, len(other) // 4)))
        start, place = (int(rng.integers(0, len(whole))) for whole in (other, content))
        content[place : place + int(rng.integers(0, length + 1))] = other[start : start + length]
    return format_name, kind, bytes(content)


def _read_files(first: int, last: int) -> None:
    """Read files in the child process, and send a line before and after each, so that the parent can follow."""
    from pochade.errors import PictureUnreadable  # noqa: PLC0415  # the parent needs none of the libraries
    from pochade.images.io.read import read_picture, read_preview  # noqa: PLC0415
    from tests.support.picture_files import files_of_every_format  # noqa: PLC0415

    samples = files_of_every_format()
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path = Path(tempfile.mkdtemp()) / "damaged"
    for index in range(first, last):
        format_name, kind, content = mutate_file(samples, index)
        path.write_bytes(content)
        _send({"begins": index, "format": format_name, "kind": kind})
        begin = time.process_time()
        for read in (lambda: read_picture(path, most_bytes=READER_BYTES), lambda: read_preview(path, 8)):
            try:
                read()
                outcome = "picture"
            except PictureUnreadable as error:
                outcome = type(error).__name__
            except BaseException as error:  # finding these is the purpose
                outcome = f"foreign {type(error).__name__}: {error}"[:200]
            _send({"outcome": outcome})
        _send({"peak": _peak_memory(), "seconds": time.process_time() - begin})
    path.unlink()
    path.parent.rmdir()


def _peak_memory() -> int:
    """The peak memory of this process in bytes. `getrusage` would include the parent's from before the fork."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _send(message: dict[str, Any]) -> None:
    """Send one line to the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _watch_child(first: int, last: int, counts: Counter[str], worst: dict[str, Any]) -> int:
    """Let a child read a range of files, and return the number of the file to continue with."""
    command = [sys.executable, "-m", "experiments.bench.bench_mutations", "--child", str(first), str(last)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    current: dict[str, Any] = {"begins": first - 1}
    begin, failure = 0.0, ""
    while not failure:
        if not select.select([process.stdout], [], [], SECONDS_PER_FILE)[0]:
            # while the child imports its libraries, no file has begun
            is_stuck = current["begins"] >= first and _processor_seconds(process.pid) - begin > SECONDS_PER_FILE
            failure = "hang" if is_stuck else ""
            continue
        line = process.stdout.readline()
        if not line:
            failure = f"crash {process.returncode}" if process.wait() else "none"
        elif line.startswith(b"{"):  # others are printed by a library
            message = json.loads(line)
            if "begins" in message:
                current, begin = message, _processor_seconds(process.pid)
            else:
                _count_message(message, current, counts, worst)
    process.kill()
    process.stdout.close()
    process.wait()
    if failure == "none":
        return last
    counts[failure] += 1
    worst["troubles"].append(current | {"outcome": failure})
    print(worst["troubles"][-1], flush=True)
    return int(current["begins"]) + 1


def _count_message(
    message: dict[str, Any], current: dict[str, Any], counts: Counter[str], worst: dict[str, Any]
) -> None:
    """Count an outcome, or note what a file took."""
    if "outcome" in message:
        counts[message["outcome"].split(":")[0]] += 1
        if message["outcome"].startswith("foreign"):
            worst["troubles"].append(current | message)
            print(worst["troubles"][-1], flush=True)
    else:
        worst["peak_bytes"] = max(worst["peak_bytes"], message["peak"])
        worst["seconds"] = max(worst["seconds"], message["seconds"])


def _processor_seconds(pid: int) -> float:
    """The processor time that a process has taken: a busy machine does not count as a hang."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def main(files: int) -> None:
    """Measure. Write `results/mutations.json` if at least the default number of files is read."""
    from experiments.shared.record import record  # noqa: PLC0415  # a child must not load torch

    counts: Counter[str] = Counter()
    worst: dict[str, Any] = {"peak_bytes": 0, "seconds": 0.0, "troubles": []}
    position = 0
    while position < files:
        position = max(position + 1, _watch_child(position, min(position + FILES_PER_CHILD, files), counts, worst))
        figures = {"files": position, "readings": dict(counts.most_common()), **worst}
        print(f"{position:,} files, {len(worst['troubles'])} troubles", flush=True)
        if position >= FILES:
            record("mutations", figures)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _read_files(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
