"""`pochade export` and `pochade import`."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command_line import RunCommand


@pytest.mark.slow
def test_labels_survive_a_new_index(labelled_art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    answers = tmp_path / "answers.json"
    result = pochade("-C", labelled_art, "export", answers)
    assert result.code == 0
    assert "what you said about 3 pictures" in result.messages
    shutil.rmtree(labelled_art / ".pochade")
    (labelled_art / "drawing 4.png").unlink()
    assert pochade("learn", labelled_art, "--minutes", "0").code == 0
    result = pochade("-C", labelled_art, "import", answers)
    assert result.code == 0
    assert "taken over: 2 labels, 0 groups, 0 verdicts, 0 roles of folders" in result.messages
    assert "0 colours of labels, 0 saved searches" in result.messages
    assert "1 picture of the file not in the index" in result.messages
    assert pochade("-C", labelled_art, "labels", "--json").data == {"shapes": 1}


def test_a_file_that_is_no_export_is_neither_read_nor_replaced(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"mine": 1}), encoding="utf-8")
    assert pochade("-C", art, "import", other).code == 4
    assert pochade("-C", art, "export", other).code == 7
    assert json.loads(other.read_text(encoding="utf-8")) == {"mine": 1}


def test_a_damaged_index_is_kept(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / ".pochade").mkdir()
    (tmp_path / ".pochade" / "index.sqlite").write_bytes(b"no database at all" * 100)
    result = pochade("-C", tmp_path, "labels")
    assert result.code == 10
    assert "save your labels and groups with 'pochade export answers.json'" in result.messages
    result = pochade("-C", tmp_path, "export", tmp_path / "answers.json")
    assert result.code == 10
    assert "hint: keep a copy of '.pochade', which holds your labels" in result.messages
