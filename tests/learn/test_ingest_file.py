"""A file that kills or blocks its worker becomes a problem, and the other files are read."""

import os
import time
from pathlib import Path

import pytest

from pochade.learn.ingest_file import IngestTask
from pochade.system.folder_walk import walk_folder
from pochade.system.worker_pool import WorkerPool


class DeadlyTask(IngestTask):
    """Ends the process that unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


class EndlessTask(IngestTask):
    """Blocks the process that unpickles it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return time.sleep, (600,)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad_task", "seconds", "reason"), [(DeadlyTask, 30, "with code 3"), (EndlessTask, 3, "took longer than")]
)
def test_a_file_that_kills_or_blocks_its_worker_is_a_problem(
    bad_task: type[IngestTask], seconds: float, reason: str, drawings_folder: Path, tmp_path: Path
) -> None:
    files = walk_folder(drawings_folder, drawings_folder / ".pochade").files
    tasks = [
        IngestTask(os.fsencode(drawings_folder / os.fsdecode(path)), stamp, frozenset(), tmp_path)
        for path, stamp in files.items()
    ]
    with WorkerPool(1, seconds) as workers:
        answers = list(workers.run([tasks[0], bad_task(*vars(tasks[0]).values()), *tasks[1:]]))
    problems = [answer.result.problem for answer in answers if answer.result.problem]
    assert len(problems) == 1
    assert reason in problems[0]
    assert len(answers) == 13
