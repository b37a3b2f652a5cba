"""`pochade labels`."""

from pathlib import Path

from pochade.errors import OutputUnwritable, UsageError
from tests.support.command_line import RunCommand


def test_labels_are_listed_and_written_beside_the_pictures(labelled_art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", labelled_art, "labels", "--write", "--json")
    assert result.data == {"shapes": 2}
    assert "2  shapes" in result.messages
    assert len(list(labelled_art.glob("*.xmp"))) == 2


def test_labels_of_other_programs_are_imported(labelled_art: Path, pochade: RunCommand) -> None:
    pochade("-C", labelled_art, "labels", "--write")
    (sidecar,) = labelled_art.glob("drawing 0*.xmp")
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace("shapes", "corners"), encoding="utf-8")
    assert pochade("-C", labelled_art, "labels", "--read", "--json").data["corners"] == 1


def test_without_labels_the_next_step_is_printed(art: Path, pochade: RunCommand) -> None:
    assert "no labels yet: pochade teach" in pochade("-C", art, "labels").messages


def test_the_list_is_the_result(labelled_art: Path, pochade: RunCommand) -> None:
    _, output, messages = pochade("-C", labelled_art, "labels")
    assert output == "     2  shapes\n"
    assert not messages


def test_it_says_how_many_sidecars_were_written_and_labels_read(labelled_art: Path, pochade: RunCommand) -> None:
    written = "XMP files written for 2 picture files, 1 unchanged, 0 problems"  # the third was refused, and needs none
    assert written in pochade("-C", labelled_art, "labels", "--write").messages
    (sidecar,) = labelled_art.glob("drawing 0*.xmp")
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace("shapes", "corners"), encoding="utf-8")
    (labelled_art / "drawing 8.png.xmp").write_text("<not closed", encoding="utf-8")
    messages = pochade("-C", labelled_art, "labels", "--read").messages
    assert "1 label added to pictures from XMP files, 1 unchanged, 1 problem" in messages
    assert "drawing 8.png.xmp" in messages


def test_the_exit_code_says_that_a_sidecar_could_not_be_written(labelled_art: Path, pochade: RunCommand) -> None:
    (labelled_art / "drawing 0.png.xmp").write_text("<not closed", encoding="utf-8")
    result = pochade("-C", labelled_art, "labels", "--write")
    assert result.code == OutputUnwritable.exit_code
    assert "XMP files written for 1 picture file, 1 unchanged, 1 problem" in result.messages


def test_a_label_is_renamed_and_found_under_its_new_name(labelled_art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", labelled_art, "labels", "--rename", "shapes", "forms", "--json")
    assert result.data == {"forms": 2}
    assert "'shapes' is now 'forms': 2 pictures" in result.messages
    assert len(pochade("-C", labelled_art, "find", "label:forms", "--json").data) == 2
    assert pochade("-C", labelled_art, "find", "label:shapes", "--json").data == []


def test_a_renamed_label_is_renamed_in_sidecars(labelled_art: Path, pochade: RunCommand) -> None:
    pochade("-C", labelled_art, "labels", "--write")
    pochade("-C", labelled_art, "labels", "--rename", "shapes", "forms", "--write")
    texts = [path.read_text(encoding="utf-8") for path in labelled_art.glob("*.xmp")]
    assert len(texts) == 2
    assert all("forms" in text and "shapes" not in text for text in texts)


def test_a_label_is_deleted_only_with_yes(labelled_art: Path, pochade: RunCommand) -> None:
    refused = pochade("-C", labelled_art, "labels", "--delete", "shapes")
    assert refused.code == UsageError.exit_code
    assert "2 pictures would lose it" in refused.messages
    assert pochade("-C", labelled_art, "labels", "--delete", "shapes", "--yes", "--json").data == {}


def test_an_unknown_label_is_not_renamed(labelled_art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", labelled_art, "labels", "--rename", "shape", "forms")
    assert result.code == UsageError.exit_code
    assert "no picture has the label 'shape'" in result.messages
