"""Workers for requests of the page, and the cache of the files that they write."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from pochade.errors import NotAllowed, PictureTooLarge
from pochade.system import worker_process
from pochade.web.render.picture_rendering import RenderJpegTask
from pochade.web.render.render_pool import FileCache, RenderPool
from tests.support.worker_tasks import Evaluate


def test_a_worker_that_cannot_be_restarted_stops_no_later_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (20, 10), "red").save(tmp_path / "red.png")
    pool = RenderPool(1)

    def refuse_to_start(_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    try:
        with monkeypatch.context() as patched:
            patched.setattr(worker_process, "WorkerProcess", refuse_to_start)
            with pytest.raises(OSError, match="allocate"):
                pool.submit(RenderJpegTask(tmp_path / "red.png", 20, tmp_path / "two.jpg"))
        pool.submit(RenderJpegTask(tmp_path / "red.png", 20, tmp_path / "three.jpg"))
        assert (tmp_path / "three.jpg").exists()
    finally:
        pool.close()


def test_closing_the_pool_ends_a_busy_worker_too() -> None:
    pool, begun = RenderPool(1), threading.Event()

    def ask() -> None:
        begun.set()
        with suppress(NotAllowed):  # the pool was closed first
            pool.submit(Evaluate("__import__('time').sleep(600)"))

    request = threading.Thread(target=ask)
    request.start()
    begun.wait()
    pool.close()
    request.join()  # a test that hangs here has failed
    with pytest.raises(NotAllowed, match="the server ends"):
        pool.submit(Evaluate("1"))


def write_ten_bytes(path: Path) -> None:
    path.write_bytes(b"0123456789")


def test_the_file_cache_drops_the_least_recently_used_files(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", 25)
    for name in "abc":
        cache.file(name, write_ten_bytes)
        cache.file("a", write_ten_bytes)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["a", "c"]


def test_requests_for_the_same_file_at_the_same_time_make_it_once(tmp_path: Path) -> None:
    cache, requests = FileCache(tmp_path / "cache", 25), 8
    together, made = threading.Barrier(requests), list[Path]()

    def make(path: Path) -> None:
        made.append(path)
        write_ten_bytes(path)

    def ask(_: int) -> bytes:
        together.wait()
        return cache.file("a", make).read_bytes()

    with ThreadPoolExecutor(requests) as threads:
        assert set(threads.map(ask, range(requests))) == {b"0123456789"}
    assert len(made) == 1


def test_a_picture_that_takes_too_much_is_not_tried_again(tmp_path: Path) -> None:
    cache, tries = FileCache(tmp_path / "cache", 25), list[Path]()

    def refuse(path: Path) -> None:
        tries.append(path)
        raise PictureTooLarge("'bomb' needs more processor time than it may take")

    for _ in range(3):
        with pytest.raises(PictureTooLarge, match="processor time"):
            cache.file("bomb", refuse)
    assert len(tries) == 1
