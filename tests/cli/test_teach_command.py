"""`pochade teach`."""

import shutil
from pathlib import Path

from tests.support.command_line import RunCommand


def test_examples_and_counterexamples_teach_a_label(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    copy = Path(shutil.copytree(art, tmp_path / "copy"))
    examples = [copy / "drawing 0.png", copy / "drawing 4.png", "--not", copy / "drawing 6.png"]
    result = pochade("-C", copy, "teach", "shapes", *examples, "--json")
    assert result.data == {"shapes": 2}
    assert "2 pictures have the label 'shapes'" in result.messages
    assert "pochade suggest LABEL" in result.messages
