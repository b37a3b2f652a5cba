"""Pieces coded for a look before a whole collection is; the last ones are remembered."""

import threading
from collections import OrderedDict
from pathlib import Path

from pochade.errors import NotKnown
from pochade.index.pictures import PictureFile
from pochade.web.render.compression_trial import Sample, Sampled
from pochade.web.render.render_pool import RenderPool
from pochade.web.state.snapshot import key_of

KEPT = 100  # samples, of two pictures of a few megabytes each


class Samples:
    """What was coded.

    Args:
        folder: Of the server's own, for the pictures.
        pool: Codes them, one at a time.
    """

    def __init__(self, folder: Path, pool: RenderPool) -> None:
        self.folder, self.pool, self.lock = folder, pool, threading.Lock()
        self.found: OrderedDict[tuple[str, str], Sample] = OrderedDict()
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, piece: PictureFile, fidelity: str) -> Sample:
        """What becomes of a piece at a fidelity; coded if need be.

        Raises:
            PictureUnreadable: It is too large for a sample, changed, or gives no picture.
        """
        name = key_of(piece), fidelity
        if name not in self.found:
            before, after = self.paths(*name)
            sample = self.pool.do(Sampled(piece.path, piece.hash, fidelity, before, after))
            with self.lock:
                self.found[name] = sample
                while len(self.found) > KEPT:
                    for path in self.paths(*self.found.popitem(last=False)[0]):
                        path.unlink(missing_ok=True)
        return self.found[name]

    def paths(self, key: str, fidelity: str) -> tuple[Path, Path]:
        """Where both pictures lie."""
        return self.folder / f"{key}-{fidelity}-before.png", self.folder / f"{key}-{fidelity}-after.png"

    def picture(self, key: str, fidelity: str, side: str) -> Path:
        """One picture of a sample that was made.

        Raises:
            NotKnown: It was not, or was forgotten.
        """
        path = self.paths(key, fidelity)[side == "after"]
        if not path.exists():
            raise NotKnown("that sample was not made, or is forgotten", "ask for it first")
        return path
