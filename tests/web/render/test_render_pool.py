"""Workers for requests of the page, and the cache of the files that they write."""

from pathlib import Path

import pytest
from PIL import Image

from pochade.system import worker_pool
from pochade.web.render.picture_rendering import RenderJpegTask
from pochade.web.render.render_pool import FileCache, RenderPool


def test_a_worker_that_cannot_be_restarted_stops_no_later_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (20, 10), "red").save(tmp_path / "red.png")
    pool = RenderPool(1)
    try:
        pool.submit(RenderJpegTask(tmp_path / "red.png", 20, tmp_path / "one.jpg"))
        with monkeypatch.context() as patched:
            patched.setattr(worker_pool, "_receive", lambda _: (_ for _ in ()).throw(EOFError()))
            patched.setattr(
                worker_pool, "start_process", lambda _: (_ for _ in ()).throw(OSError(12, "Cannot allocate memory"))
            )
            with pytest.raises(OSError, match="allocate"):
                pool.submit(RenderJpegTask(tmp_path / "red.png", 20, tmp_path / "two.jpg"))
        pool.submit(RenderJpegTask(tmp_path / "red.png", 20, tmp_path / "three.jpg"))
        assert (tmp_path / "three.jpg").exists()
    finally:
        pool.close()


def write_ten_bytes(path: Path) -> None:
    path.write_bytes(b"0123456789")


def test_the_file_cache_drops_the_least_recently_used_files(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "cache", 25)
    for name in "abc":
        cache.file(name, write_ten_bytes)
        cache.file("a", write_ten_bytes)
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["a", "c"]
