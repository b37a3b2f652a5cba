"""Stores generated pictures in a temporary folder until newer ones take their room, or saves them for good."""

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from pochade.errors import NotKnown, OutputUnwritable
from pochade.system.atomic_files import write_atomically, write_without_flush
from pochade.system.path_text import printable
from pochade.web.render.generation import CreatedFacts, EncodeFramesTask, GenerateTask
from pochade.web.render.render_pool import RenderPool

CREATED_PREFIX = "made-"  # of the ids of generated pictures, which distinguishes them from keys of real ones
MAX_CREATED_PICTURES = 2_000
MAX_CREATED_BYTES = 2**28  # of all stored pictures together


class CreatedPictureStore:
    """The latest generated pictures.

    Args:
        folder: A temporary folder for the files.
        pool: The worker that generates, with the models loaded.
        encode_pool: The worker that encodes films.
    """

    def __init__(self, folder: Path, pool: RenderPool, encode_pool: RenderPool) -> None:
        self.folder, self.pool, self.encode_pool, self.lock = folder, pool, encode_pool, threading.Lock()
        self.facts: OrderedDict[str, CreatedFacts] = OrderedDict()  # by id, the oldest first
        self.sizes: dict[str, int] = {}  # bytes of each file, by id
        self.saved: set[str] = set()  # the ids of those that the person has saved
        folder.mkdir(parents=True, exist_ok=True)

    def generate(self, task: GenerateTask) -> tuple[list[str], list[Path]]:
        """Generate and store pictures.

        Returns:
            The ids of the pictures; and for a place on the map, the files of the real pictures that were interpolated.

        Raises:
            PochadeError: The task failed.
        """
        batch = self.pool.submit(task)
        with self.lock:
            return [self._store(facts, png) for facts, png in batch.pictures], batch.between

    def _store(self, facts: CreatedFacts, png: bytes) -> str:
        created_id = CREATED_PREFIX + secrets.token_hex(8)
        write_without_flush(self.path(created_id), png)
        self.facts[created_id], self.sizes[created_id] = facts, len(png)
        while len(self.facts) > MAX_CREATED_PICTURES or sum(self.sizes.values()) > MAX_CREATED_BYTES:
            oldest, _ = self.facts.popitem(last=False)
            del self.sizes[oldest]
            self.path(oldest).unlink(missing_ok=True)
        return created_id

    def path(self, created_id: str) -> Path:
        """Return the path of a picture's file, whether it exists or not."""
        return self.folder / f"{created_id}.png"

    def get(self, created_id: str) -> CreatedFacts:
        """Return the facts about a picture.

        Raises:
            NotKnown: There is no such picture, or it was removed to make room.
        """
        facts = self.facts.get(created_id)
        if facts is None:
            raise _gone_error(created_id)
        return facts

    def content(self, created_id: str) -> bytes:
        """Return the file of a picture.

        Raises:
            NotKnown: The picture was removed to make room.
        """
        try:
            return self.path(created_id).read_bytes()
        except FileNotFoundError:
            raise _gone_error(created_id) from None

    def save(self, created_ids: Sequence[str], folder: Path) -> list[Path]:
        """Write pictures to a folder, each with its provenance inside. No existing file is replaced.

        Raises:
            NotKnown: One of the pictures was removed to make room.
            OutputUnwritable: A file can't be written.
        """
        contents = [(self.get(created_id), self.content(created_id)) for created_id in created_ids]
        paths: list[Path] = []
        with self.lock:
            for facts, content in contents:
                paths.append(_free_path(folder, f"{facts.method} {facts.seed}"))
                write_atomically(paths[-1], content, new=True)
        self.saved.update(created_ids)
        return paths

    def encode_frames(self, created_ids: Sequence[str], target: Path) -> None:
        """Write pictures as the frames of a strip, an animation or a film, as the target's suffix says.

        Raises:
            NotKnown: One of the pictures was removed to make room.
            OutputUnwritable: The target exists or can't be written.
            UsageError: PyAV, which films need, is not installed.
        """
        provenances = [self.get(created_id).provenance for created_id in created_ids]
        if os.path.lexists(target):
            raise OutputUnwritable(f"'{printable(target.name)}' already exists", "choose another name")
        self.encode_pool.submit(EncodeFramesTask(target, tuple(map(self.path, created_ids)), provenances[0]))
        self.saved.update(created_ids)

    def unsaved_count(self) -> int:
        """How many of the stored pictures the person has not saved."""
        return len(set(self.facts) - self.saved)


def _gone_error(created_id: str) -> NotKnown:
    return NotKnown(f"there is no generated picture '{created_id}' any more", "the same seed generates it again")


def _free_path(folder: Path, name: str) -> Path:
    """Return the path for a PNG with a name, and with a number behind it if the name is taken."""
    names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(path for path in (folder / f"{candidate}.png" for candidate in names) if not os.path.lexists(path))
