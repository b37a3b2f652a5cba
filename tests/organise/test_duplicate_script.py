"""The script moves duplicates when a person runs it, and only after comparing them again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import OutputUnwritable
from pochade.organise.duplicate_script import chosen_script_text, write_duplicate_script
from pochade.organise.removal_plan import FamilyChoice, plan_removal
from tests.support.drawings import drawing
from tests.support.duplicates import ALL_KINDS, PRESELECTED, add_new_files, duplicates, family_of, file_names_in

__all__ = ["duplicates"]  # a fixture


def run(script: Path) -> set[str]:
    """Run a script, and return the names of the files that are set aside then."""
    subprocess.run([script], check=True, cwd=script.parent)
    aside = script.parent / "art - set aside"
    return {path.name for path in aside.rglob("*") if path.is_file()}


def test_the_script_moves_exactly_the_preselected_files_and_only_when_it_is_run(
    duplicates: Collection, tmp_path: Path
) -> None:
    before = file_names_in(duplicates.folder)
    script = tmp_path / "aside.sh"
    count = write_duplicate_script([family_of(duplicates, ALL_KINDS)], duplicates.folder, script)
    assert file_names_in(duplicates.folder) == before
    assert run(script) == set(PRESELECTED)
    assert count == len(PRESELECTED)
    lines = script.read_text().splitlines()
    assert "# move ./edit.png  # edit, 99%" in lines
    assert not any("version.png" in line or "variant.png" in line for line in lines)
    assert run(script) == set(PRESELECTED)  # again: nothing is left to do


def test_names_can_not_steer_the_shell(duplicates: Collection, tmp_path: Path) -> None:
    strange = "it's $(touch owned)\n; touch owned 'too'.png"
    shutil.copy(duplicates.folder / "cover.png", duplicates.folder / strange)
    drawing(0).resize((110, 110)).save(duplicates.folder / strange.replace(".png", ".jpg"), "JPEG")
    add_new_files(duplicates)
    family = family_of(duplicates, {strange: "exact", strange.replace(".png", ".jpg"): "edit"})
    write_duplicate_script([family], duplicates.folder, tmp_path / "aside.sh")
    assert run(tmp_path / "aside.sh") == {strange}
    assert not list(tmp_path.rglob("owned*"))


@pytest.mark.parametrize("name", ["cover.png", "copy.png", "same.bmp", "resave.jpg"])
def test_the_script_looks_at_the_files_again_before_it_moves_them(
    name: str, duplicates: Collection, tmp_path: Path
) -> None:
    family = family_of(duplicates, ALL_KINDS)
    write_duplicate_script([family], duplicates.folder, tmp_path / "aside.sh")
    (duplicates.folder / name).write_bytes(b"painted over since")
    assert run(tmp_path / "aside.sh") == (set() if name == "cover.png" else set(PRESELECTED) - {name})


def test_a_file_that_stays_and_is_gone_protects_the_others(duplicates: Collection, tmp_path: Path) -> None:
    write_duplicate_script([family_of(duplicates, ALL_KINDS)], duplicates.folder, tmp_path / "aside.sh")
    (duplicates.folder / "cover.png").unlink()
    assert run(tmp_path / "aside.sh") == set()


def test_what_a_person_chose_moves_whatever_its_kind(duplicates: Collection, tmp_path: Path) -> None:
    family = family_of(duplicates, ALL_KINDS)
    folder = duplicates.folder
    choice = FamilyChoice(family, folder / "resave.jpg", frozenset({folder / "cover.png", folder / "version.png"}))
    text, count = chosen_script_text([choice], folder)
    assert "same ./copy.png ./cover.png" in text
    assert "seen ./resave.jpg ./version.png" in text
    assert count == 2
    (tmp_path / "aside.sh").write_bytes(os.fsencode(text))
    (tmp_path / "aside.sh").chmod(0o755)
    assert run(tmp_path / "aside.sh") == {"cover.png", "version.png"}


def test_the_script_replaces_no_other_file(duplicates: Collection) -> None:
    mine = duplicates.folder / "todo.sh"
    mine.write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(OutputUnwritable, match="already exists"):
        write_duplicate_script([], duplicates.folder, mine)
    assert "echo mine" in mine.read_text()


def test_links_and_other_names_of_a_file_stay(duplicates: Collection, tmp_path: Path) -> None:
    (duplicates.folder / "other name.png").hardlink_to(duplicates.folder / "cover.png")
    (duplicates.folder / "link.png").symlink_to("cover.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"copy.png": "exact", "link.png": "exact", "other name.png": "exact"})
    count = write_duplicate_script([family], duplicates.folder, tmp_path / "aside.sh")
    text = (tmp_path / "aside.sh").read_text()
    assert "other name.png is the same file under another name" in text
    assert "link.png is a link" in text
    assert count == 1
    assert run(tmp_path / "aside.sh") == {"copy.png"}


def test_the_script_and_the_trash_treat_links_and_other_names_alike(duplicates: Collection, tmp_path: Path) -> None:
    folder = duplicates.folder
    (folder / "cover 2.png").hardlink_to(folder / "cover.png")  # takes no room
    (folder / "copy 2.png").hardlink_to(folder / "copy.png")  # takes room as long as it stays
    (folder / "cover link.png").symlink_to("cover.png")
    (folder / "copy link.png").symlink_to("copy.png")  # leads nowhere once the copies are gone
    add_new_files(duplicates)
    names = ("cover 2.png", "copy.png", "copy 2.png", "cover link.png", "copy link.png")
    family = family_of(duplicates, dict.fromkeys(names, "exact"))
    plan = plan_removal(duplicates.library, [family], None)
    assert plan.freed_bytes == (folder / "copy.png").stat().st_size
    write_duplicate_script([family], folder, tmp_path / "aside.sh")
    subprocess.run([tmp_path / "aside.sh"], check=True)
    moved = file_names_in(tmp_path / "art - set aside")
    assert moved == {file.path.name for file in plan.files} == {"copy.png", "copy 2.png", "copy link.png"}


def test_another_name_of_a_file_that_stays_goes_if_a_person_chose_it(duplicates: Collection, tmp_path: Path) -> None:
    folder = duplicates.folder
    (folder / "cover 2.png").hardlink_to(folder / "cover.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"cover 2.png": "exact"})
    choice = FamilyChoice(family, folder / "cover.png", frozenset({folder / "cover 2.png"}))
    assert [file.path for file in plan_removal(duplicates.library, [], [choice]).files] == [folder / "cover 2.png"]
    text, _ = chosen_script_text([choice], folder)
    (tmp_path / "aside.sh").write_bytes(os.fsencode(text))
    (tmp_path / "aside.sh").chmod(0o755)
    assert run(tmp_path / "aside.sh") == {"cover 2.png"}
    assert (folder / "cover.png").exists()
    (tmp_path / "art - set aside" / "cover 2.png").unlink()
    subprocess.run([tmp_path / "aside.sh"], check=True)  # its last name stays
    assert (folder / "cover.png").exists()
