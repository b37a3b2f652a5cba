"""How far the running stages are: each writes a small file, and a thread of the study reads them."""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from pochade.study.stages.stage_plan import Stage
from pochade.study.stages.stage_store import StageStore
from pochade.study.study_listener import StudyListener, StudyProgress
from pochade.system.atomic_files import write_without_flush
from pochade.training.loop import TrainingProgress

PROGRESS_ENDING = ".progress.json"
POLL_SECONDS = 0.5  # between two looks at the files
WRITE_SECONDS = 0.5  # between two writes of one stage


class ProgressFile:
    """Writes how far one stage is; used as a context manager that removes the file at the end."""

    def __init__(self, path: Path) -> None:
        self.path, self._next_time = path, 0.0

    def __enter__(self) -> Self:
        self._write(0.0, "")
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)

    def report(self, progress: TrainingProgress) -> None:
        """Write the progress of a training run, at most twice a second."""
        if time.monotonic() >= self._next_time:
            self._next_time = time.monotonic() + WRITE_SECONDS
            self._write(progress.step / progress.steps, f"epoch {progress.epoch}, loss {progress.loss:.4g}")

    def _write(self, share: float, note: str) -> None:
        with suppress(OSError):  # a full disk stops the study where it writes a result, not here
            write_without_flush(self.path, json.dumps({"share": share, "note": note}).encode())


class ProgressMonitor:
    """A thread that tells the listener how far the study is; used as a context manager.

    Args:
        stages: All stages of the study.
        store: Where the stages write their progress and their results.
        listener: Is informed.
    """

    def __init__(self, stages: Sequence[Stage], store: StageStore, listener: StudyListener) -> None:
        self._stages, self._store, self._listener = stages, store, listener
        self._total = sum(stage.cost for stage in stages)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        for pattern in (f"*{PROGRESS_ENDING}", ".*.part"):  # left over from a study that was killed
            for leftover in self._store.folder.glob(pattern):
                leftover.unlink(missing_ok=True)
        self._thread.start()
        return self

    def __exit__(self, error: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()
        if error is None:
            self._listener.show_progress(self.read())

    def _watch(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            self._listener.show_progress(self.read())

    def read(self) -> StudyProgress:
        """Read how far the study is from the files of its stages."""
        done, running = 0.0, list[str]()
        for stage in self._stages:
            if self._store.path(stage.name).exists():
                done += stage.cost
            elif progress := self._read_stage(stage.name):
                share, note = progress
                done += share * stage.cost
                running.append(f"{stage.name} ({note})" if note else stage.name)
        return StudyProgress(done / self._total, tuple(running))

    def _read_stage(self, name: str) -> tuple[float, str] | None:
        """The share and the note of a running stage; None if it does not run."""
        with suppress(OSError, ValueError, KeyError):
            content = json.loads(self._store.path(name, PROGRESS_ENDING).read_bytes())
            return float(content["share"]), str(content["note"])
        return None
