"""Finished stages are stored, and read back in the next run."""

from pathlib import Path

from pochade.study.stage_store import StageResult, StageStore


def test_a_finished_stage_is_not_run_again_and_other_keys_have_their_own_stages(tmp_path: Path) -> None:
    StageStore(tmp_path, "one").run("stage", lambda: StageResult({"answer": 1}))
    again = StageStore(tmp_path, "one").run("stage", lambda: StageResult({"answer": 2}))
    other = StageStore(tmp_path, "two").run("stage", lambda: StageResult({"answer": 3}))
    assert (again.numbers["answer"], other.numbers["answer"]) == (1, 3)


def test_a_stage_with_a_damaged_file_is_run_again(tmp_path: Path) -> None:
    stages = StageStore(tmp_path, "key")
    stages.run("stage", lambda: StageResult({"answer": 1}))
    (stages.folder / "stage.safetensors").write_bytes(b"half a fi")
    assert stages.run("stage", lambda: StageResult({"answer": 2})).numbers["answer"] == 2
