"""Pictures that were drawn for the page: kept in the server's own folder until others need the room, or saved."""

import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from pochade.errors import NotKnown, OutputUnwritable
from pochade.system.atomic_files import write_atomically
from pochade.web.render.generation import Drawing, Filmed, Made
from pochade.web.render.picture_rendering import publish
from pochade.web.render.render_pool import RenderPool

PREFIX = "made-"  # of the names of pictures that were drawn; others are keys of pieces
MOST = 2_000  # that are kept
ROOM = 2**28  # bytes for all of them


class Creations:
    """What was drawn.

    Args:
        folder: Of the server's own.
        pool: Draws, with the nets at hand.
        films: Writes animations.
    """

    def __init__(self, folder: Path, pool: RenderPool, films: RenderPool) -> None:
        self.folder, self.pool, self.films, self.lock = folder, pool, films, threading.Lock()
        self.made: OrderedDict[str, Made] = OrderedDict()  # the oldest first
        self.sizes: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def draw(self, drawing: Drawing) -> tuple[list[str], list[Path]]:
        """Draw pictures and keep them; their names, and the pieces that they were mixed of on the map.

        Raises:
            PochadeError: Whatever kept them from being drawn.
        """
        batch = self.pool.do(drawing)
        with self.lock:
            return [self._keep(*one) for one in batch.pictures], batch.between

    def _keep(self, made: Made, png: bytes) -> str:
        own = PREFIX + secrets.token_hex(8)
        publish(self.path(own), png)
        self.made[own], self.sizes[own] = made, len(png)
        while len(self.made) > MOST or sum(self.sizes.values()) > ROOM:
            oldest, _ = self.made.popitem(last=False)
            del self.sizes[oldest]
            self.path(oldest).unlink(missing_ok=True)
        return own

    def path(self, own: str) -> Path:
        """Where a picture lies."""
        return self.folder / f"{own}.png"

    def get(self, own: str) -> Made:
        """What is said of a picture.

        Raises:
            NotKnown: It is none, or is forgotten.
        """
        made = self.made.get(own)
        if made is None:
            raise NotKnown(f"there is no picture '{own}' any more", "the same seed draws it again")
        return made

    def save(self, names: Sequence[str], folder: Path) -> list[Path]:
        """Write pictures to a folder, each with where it comes from; nothing is overwritten.

        Raises:
            NotKnown: One is forgotten.
            OutputUnwritable: One can't be written.
        """
        contents = [(self.get(own), self.content(own)) for own in names]
        written: list[Path] = []
        with self.lock:
            for made, content in contents:
                written.append(free(folder, f"{made.way} {made.seed}"))
                write_atomically(written[-1], content, new=True)
        return written

    def content(self, own: str) -> bytes:
        """A picture's file.

        Raises:
            NotKnown: It was forgotten just now.
        """
        try:
            return self.path(own).read_bytes()
        except FileNotFoundError:
            raise NotKnown(f"there is no picture '{own}' any more", "the same seed draws it again") from None

    def film(self, names: Sequence[str], to: Path) -> None:
        """Write pictures as the frames of a way: a strip, an animation or a film, as the name ends.

        Raises:
            NotKnown: One is forgotten.
            OutputUnwritable: It can't be written, or something is there.
            UsageError: Films can't be made here.
        """
        origins = [self.get(own).origin for own in names]
        if os.path.lexists(to):
            raise OutputUnwritable(f"'{to.name}' is there already", "choose another name")
        self.films.do(Filmed(to, tuple(map(self.path, names)), origins[0]))


def free(folder: Path, name: str) -> Path:
    """A PNG of that name which is not there yet, counted on where it must be."""
    paths = (folder / f"{one}.png" for one in chain([name], (f"{name} ({number})" for number in count(2))))
    return next(path for path in paths if not os.path.lexists(path))
