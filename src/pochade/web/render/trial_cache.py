"""Caches the latest compression trials and their pictures."""

import threading
from collections import OrderedDict
from pathlib import Path

from pochade.errors import NotKnown
from pochade.index.picture_records import PictureFile
from pochade.web.render.compression_trial import CompressionTrialTask, TrialResult
from pochade.web.render.render_pool import RenderPool
from pochade.web.state.snapshot import picture_key

MAX_TRIALS = 100  # each has two pictures of a few megabytes


class TrialCache:
    """Compression trials by picture and fidelity.

    Args:
        folder: A temporary folder for the pictures.
        pool: The worker that runs the trials.
    """

    def __init__(self, folder: Path, pool: RenderPool) -> None:
        self.folder, self.pool, self.lock = folder, pool, threading.Lock()
        self.results: OrderedDict[tuple[str, str], TrialResult] = OrderedDict()  # by key and fidelity
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, file: PictureFile, fidelity: str) -> TrialResult:
        """Return the trial of a picture at a fidelity; run it if it is not in the cache.

        Raises:
            PictureUnreadable: The file is too large for a trial, changed, or can't be read.
        """
        trial = picture_key(file), fidelity
        if trial not in self.results:
            before, after = self._paths(*trial)
            result = self.pool.submit(CompressionTrialTask(file.path, file.hash, fidelity, before, after))
            with self.lock:
                self.results[trial] = result
                while len(self.results) > MAX_TRIALS:
                    for path in self._paths(*self.results.popitem(last=False)[0]):
                        path.unlink(missing_ok=True)
        return self.results[trial]

    def _paths(self, key: str, fidelity: str) -> tuple[Path, Path]:
        """Return the paths of the pictures before and after."""
        return self.folder / f"{key}-{fidelity}-before.png", self.folder / f"{key}-{fidelity}-after.png"

    def picture_path(self, key: str, fidelity: str, side: str) -> Path:
        """Return the file of one of the two pictures of a trial.

        Args:
            key: The picture's key.
            fidelity: The trial's fidelity.
            side: "before" or "after".

        Raises:
            NotKnown: The trial was not run, or was dropped to make room.
        """
        path = self._paths(key, fidelity)[side == "after"]
        if not path.exists():
            raise NotKnown("that trial was not run, or is forgotten", "run the trial again")
        return path
