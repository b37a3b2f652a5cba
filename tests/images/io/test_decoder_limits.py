"""In a worker, reading a small file may take little time and memory; both grow with the file and the picture."""

import json
import runpy
import sys
import threading
from pathlib import Path

import pytest

from pochade.images.io.reading_worker import READER_MODULES, ReadTask
from pochade.system.worker_limits import MAX_DATA_BYTES
from pochade.system.worker_pool import DEFAULT_TASK_SECONDS
from pochade.system.worker_process import Worker
from tests.support.picture_checks import write_file
from tests.support.picture_files import make_png_claiming

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of data")
RECORD_LIMITS = """
import json, resource, signal
from pathlib import Path
from pochade.errors import PictureDamaged
from pochade.images.io import read

limits = []

def record_limits(*_):
    limits.append((signal.getitimer(signal.ITIMER_PROF)[0], resource.getrlimit(resource.RLIMIT_DATA)[0]))

def read_pixels(source, header, side):
    record_limits()
    raise source.damage_error("enough is known")

read.PIXEL_READERS["PNG"] = read_pixels
for name in {names!r}:
    try:
        read.read_picture(name)
    except PictureDamaged:
        pass
record_limits()
Path({answer!r}).write_text(json.dumps(limits))
"""


def record_limits(folder: Path, *paths: Path) -> list[tuple[float, int]]:
    """Seconds and bytes that a worker may take while it reads the pixels of each file, and behind the last one."""
    script, answer = folder / "script.py", folder / "answer.json"
    script.write_text(RECORD_LIMITS.format(names=[str(path) for path in paths], answer=str(answer)), encoding="utf-8")
    with Worker(DEFAULT_TASK_SECONDS, threading.Event(), READER_MODULES) as worker:
        worker.call(ReadTask(runpy.run_path, script, None))  # type: ignore[arg-type]  # it takes a path, too
    return [tuple(limits) for limits in json.loads(answer.read_text(encoding="utf-8"))]


def test_limits_are_narrow_for_a_small_file_and_grow_with_the_file_and_the_picture(tmp_path: Path) -> None:
    small, wide = make_png_claiming(24, 16), make_png_claiming(5000, 5000)
    paths = [
        write_file(tmp_path, content, name)
        for name, content in (("small", small), ("wide", wide), ("long", small + bytes(20_000_000)))
    ]
    (small_seconds, small_bytes), (_, wide_bytes), (long_seconds, long_bytes), after = record_limits(tmp_path, *paths)
    assert small_seconds <= 5.1
    assert small_bytes < 500 * 2**20
    assert wide_bytes > small_bytes + 5000 * 5000 * 4
    assert long_seconds > 20
    assert long_bytes > small_bytes + 20_000_000
    assert after[0] == pytest.approx(DEFAULT_TASK_SECONDS, abs=5)
    assert after[1] == MAX_DATA_BYTES
