"""`pochade info`."""

from pathlib import Path

from tests.support.command_line import RunCommand


def test_it_summarises_the_collection(art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", art, "info", "--json")
    assert result.code == 0
    summary = result.data
    assert (summary["files"], summary["pieces"], summary["formats"]) == (23, 23, {"PNG": 22, "JPEG": 1})
    assert len(summary["problems"]) == 1
    assert summary["net"]
    assert "23 files hold 23 pictures" in result.messages
    assert "22 PNG, 1 JPEG" in result.messages
    assert "files that gave no picture (1):" in result.messages


def test_the_summary_is_the_result(art: Path, pochade: RunCommand) -> None:
    _, output, messages = pochade("-C", art, "info")
    assert "PNG" in output
    assert not messages
