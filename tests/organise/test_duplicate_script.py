"""The script moves duplicates when a person runs it, and only after comparing them again."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import OutputUnwritable
from pochade.organise.duplicate_script import write_duplicate_script
from tests.support.drawings import drawing
from tests.support.learnt_collection import families_of_drawings


@pytest.mark.slow
def test_the_script_sets_duplicates_aside_only_when_it_is_run(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    strange = "it's $(touch owned)\n; touch owned 'too'"
    shutil.copy(art / "drawing 6.png", art / f"{strange}.png")
    drawing(8).resize((110, 110)).save(art / f"{strange}.jpg")
    collection.learn(minutes=0)
    before = sorted(art.rglob("*.*"))
    count = write_duplicate_script(families_of_drawings(collection), art, tmp_path / "aside.sh")
    assert sorted(art.rglob("*.*")) == before
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)
    aside = [path for path in (tmp_path / "art - set aside").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in aside) == [".png", ".png"]  # the bitmap has other bytes
    assert count == 2
    assert not list(tmp_path.rglob("owned*"))
    assert (art / "smaller.jpg").exists()
    assert "smaller.jpg" in (tmp_path / "aside.sh").read_text()
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)  # again: nothing is left to do
    assert collection.learn(minutes=0).gone == 2


@pytest.mark.slow
def test_the_script_compares_files_again_before_it_moves_them(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    (art / "link.png").symlink_to("drawing 8.png")
    collection.learn(minutes=0)
    write_duplicate_script(families_of_drawings(collection), art, tmp_path / "aside.sh")
    (art / "same file.png").write_bytes((art / "drawing 6.png").read_bytes())  # painted over since
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)
    assert not list(tmp_path.glob("art - set aside/*"))
    assert (art / "link.png").exists()


def test_the_script_replaces_no_other_file(collection: Collection, art: Path) -> None:
    mine = art / "todo.sh"
    mine.write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(OutputUnwritable, match="already exists"):
        write_duplicate_script(collection.families(), art, mine)
    assert "echo mine" in mine.read_text()


@pytest.mark.slow
def test_hard_links_are_the_same_file_and_stay(collection: Collection, art: Path, tmp_path: Path) -> None:
    families = families_of_drawings(collection)
    (family,) = (family for family in families if art / "drawing 0.png" in {member.path for member in family.members})
    before = family.spare_bytes
    (art / "linked.png").hardlink_to(art / "drawing 0.png")
    collection.learn(minutes=0)
    (family,) = (family for family in families_of_drawings(collection) if family.hard_links())
    assert family.spare_bytes == before
    write_duplicate_script([family], art, tmp_path / "aside.sh")
    assert "is the same file under another name" in (tmp_path / "aside.sh").read_text()
    subprocess.run([tmp_path / "aside.sh"], check=True, cwd=tmp_path)
    aside = [path for path in (tmp_path / "art - set aside").rglob("*") if path.is_file()]
    assert len(aside) == 1  # the copy with the same bytes; of the two names of one file, neither
