"""`pochade families --trash` lists what goes, asks, moves it, and can undo it."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.cli import families_trash
from pochade.errors import UsageError
from pochade.organise.family_finder import RelatedPictures
from tests.support.command_line import RunCommand
from tests.support.duplicates import ALL_KINDS, PRESELECTED, duplicates, family_of, file_names_in
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = pytest.mark.usefixtures("private_trash")


def trash(collection: Collection, *, yes: bool = True) -> None:
    families_trash.confirm_and_trash(collection, [family_of(collection, ALL_KINDS)], yes=yes)


def test_without_a_terminal_it_lists_the_files_and_moves_none(
    duplicates: Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file_names_in(duplicates.folder)
    with pytest.raises(UsageError, match="nothing was moved: 3 files would go to the trash") as caught:
        trash(duplicates, yes=False)
    assert "--yes" in caught.value.hint
    messages = capsys.readouterr().err
    assert "to the trash (3):" in messages
    assert "copy.png  (exact, " in messages
    assert "'cover.png' stays)" in messages
    assert file_names_in(duplicates.folder) == before


@pytest.mark.parametrize("answer", [True, False])
def test_the_person_is_asked(answer: bool, duplicates: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = list[str]()

    def confirm(question: str) -> bool:
        questions.append(question)
        return answer

    monkeypatch.setattr(families_trash, "confirm", confirm)
    if answer:
        trash(duplicates, yes=False)
    else:
        with pytest.raises(UsageError):
            trash(duplicates, yes=False)
    assert questions == ["Move 3 files to the trash"]
    assert (duplicates.folder / "copy.png").exists() is not answer


def test_the_files_go_and_come_back(
    duplicates: Collection, private_trash: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (duplicates.folder / "copy.png.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
    )
    before = file_names_in(duplicates.folder)
    trash(duplicates)
    assert names_in_trash(private_trash) == sorted([*PRESELECTED, "copy.png.xmp"])
    messages = capsys.readouterr().err
    assert "with 'copy.png.xmp'" in messages
    assert "moved 3 files and 1 sidecar to the trash: emptying it frees 0." in messages
    assert "to put them back: pochade families --undo-trash" in messages
    families_trash.undo_last(duplicates)
    assert "put back 4 files" in capsys.readouterr().err
    assert file_names_in(duplicates.folder) == before
    with pytest.raises(UsageError, match="no removal is left to undo"):
        families_trash.undo_last(duplicates)


def test_a_file_that_can_not_go_is_listed(duplicates: Collection, capsys: pytest.CaptureFixture[str]) -> None:
    family = family_of(duplicates, ALL_KINDS)
    (duplicates.folder / "resave.jpg").write_bytes(b"painted over")
    families_trash.confirm_and_trash(duplicates, [family], yes=True)
    messages = capsys.readouterr().err
    assert "stays: " in messages
    assert "resave.jpg' has changed since it was learnt" in messages
    assert "moved 2 files to the trash" in messages


def test_nothing_preselected_is_said(duplicates: Collection, capsys: pytest.CaptureFixture[str]) -> None:
    families_trash.confirm_and_trash(duplicates, [family_of(duplicates, {"edit.png": "edit"})], yes=False)
    assert "no file is preselected for removal" in capsys.readouterr().err


def test_the_command_undoes_and_refuses_contradictions(duplicates: Collection, pochade: RunCommand) -> None:
    trash(duplicates)
    folder = duplicates.folder
    assert pochade("-C", folder, "families", "--undo-trash", "--trash").code == UsageError.exit_code
    assert pochade("-C", folder, "families", "--yes").code == UsageError.exit_code
    assert not (folder / "copy.png").exists()
    assert pochade("-C", folder, "families", "--undo-trash").code == 0
    assert (folder / "copy.png").exists()


def test_the_command_moves_what_the_families_preselect(
    duplicates: Collection, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    related = RelatedPictures([family_of(duplicates, ALL_KINDS)], [])
    monkeypatch.setattr(Collection, "families_and_series", lambda *_: related)
    result = pochade("-C", duplicates.folder, "families", "--trash", "--yes")
    assert result.code == 0
    assert "moved 3 files to the trash" in result.messages
    assert not set(PRESELECTED) & file_names_in(duplicates.folder)
