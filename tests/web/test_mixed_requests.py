"""Many mixed requests at once while workers are killed: every answer is whole, and nothing is left behind."""

from pathlib import Path

import pytest

from experiments.bench.bench_server_storm import Answer, Storm, fault_of, run_storm


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "at_once"), [(5, 50), pytest.param(120, 200, marks=pytest.mark.full)], ids=["small", "full"]
)
def test_every_answer_is_whole_while_workers_are_killed(
    seconds: int, at_once: int, learnt_folder: Path, tmp_path: Path
) -> None:
    figures = run_storm(learnt_folder, tmp_path, seconds, at_once)
    assert figures["faults"] == []
    assert figures["requests"] > at_once / 10
    assert figures["processes_left"] == 0
    assert figures["files_left"] == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer("/", 200, "text/html", 5, b"four"),
        Answer("/", 500, "application/json", 14, b'{"error": "x"}'),
        Answer("/", 404, "application/json", 13, b'{"error": ""}'),
        Answer("/", 200, "application/json", 1, b"{"),
        Answer("/", 200, "image/png", 8, b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_a_storm_sees_faults(answer: Answer) -> None:
    assert fault_of(answer)
    assert not fault_of(Answer("/", 404, "application/json", 14, b'{"error": "x"}'))


def test_a_storm_sees_a_picture_that_changes() -> None:
    storm = Storm("", [])
    for body in (b"one", b"one", b"two"):
        storm.record_answer(Answer("/api/pictures/0?side=256", 200, "text/plain", 3, body), 0.1)
    assert storm.faults == ["/api/pictures/0?side=256: another picture than before"]
