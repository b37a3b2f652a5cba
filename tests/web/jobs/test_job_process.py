"""The process of a job: how often it reports, and when it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pochade.system.progress import Progress
from pochade.web.jobs.job_process import ProgressWriter
from pochade.web.jobs.job_queue import job_command


def test_every_stage_is_reported_but_not_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    writer = ProgressWriter(sys.stdout)
    for done in range(1000):
        writer.report(Progress("reading", done + 1, 1000))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (lines[0]["done"], lines[-1]["done"]) == (1, 1000)
    assert len(lines) < 100


@pytest.mark.slow
def test_the_process_ends_when_the_server_closes_its_input(tmp_path: Path) -> None:
    task = json.dumps({"kind": "learn", "folder": str(tmp_path / "nothing"), "index": None})
    process = subprocess.run(job_command(), input=task + "\n", capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    assert process.returncode == 130 or "is not a folder" in lines[-1]["problem"]
