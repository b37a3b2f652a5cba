"""`pochade labels`."""

from pathlib import Path

from pochade.errors import OutputUnwritable
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
