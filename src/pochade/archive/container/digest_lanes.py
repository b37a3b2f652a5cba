"""SHA-256 of many contents at a time, on all cores, while one thread reads the contents in the order of the disk."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from pochade.system.worker_pool import available_cores

MAX_WAITING_CHUNKS = 16  # for each lane; bounds the memory


class DigestLanes:
    """Threads that compute SHA-256, which Python does without its global lock.

    All chunks of one content go to one lane, so that they are hashed in their order.

    Args:
        count: The number of lanes; by default one for each core.
    """

    def __init__(self, count: int | None = None) -> None:
        self.lanes = [_Lane() for _ in range(count or available_cores())]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lane in self.lanes:
            lane.executor.shutdown(cancel_futures=True)

    def start_content(self) -> "ContentDigest":
        """Begin another content, in the lane that has least to do."""
        return ContentDigest(min(self.lanes, key=lambda lane: lane.waiting_bytes))


class _Lane:
    """One thread, and the bytes that wait for it."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(1)
        self.room = threading.Semaphore(MAX_WAITING_CHUNKS)
        self.lock, self.waiting_bytes = threading.Lock(), 0

    def submit(self, update: Callable[[bytes], None], chunk: bytes) -> None:
        """Hash a chunk after all earlier ones; wait while too many of them wait."""
        self.room.acquire()
        self._count(len(chunk))
        self.executor.submit(self._run, update, chunk)

    def _run(self, update: Callable[[bytes], None], chunk: bytes) -> None:
        update(chunk)
        self._count(-len(chunk))
        self.room.release()

    def _count(self, change: int) -> None:
        with self.lock:
            self.waiting_bytes += change


class ContentDigest:
    """The SHA-256 of one content."""

    def __init__(self, lane: _Lane) -> None:
        self.lane, self.digest = lane, hashlib.sha256()

    def update(self, chunk: bytes) -> None:
        """Add the next chunk."""
        self.lane.submit(self.digest.update, chunk)

    def result(self) -> Future[str]:
        """The digest in hexadecimal digits, once all chunks are hashed."""
        return self.lane.executor.submit(self.digest.hexdigest)


class SmallDigest:
    """The SHA-256 of a small content, computed at once."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def update(self, chunk: bytes) -> None:
        """Add the next chunk."""
        self.digest.update(chunk)

    def result(self) -> str:
        """The digest in hexadecimal digits."""
        return self.digest.hexdigest()
