"""A plan names what goes and what stays, and never lets a work go."""

import os
import shutil

import pytest

from pochade import Collection
from pochade.errors import UsageError
from pochade.organise.family_model import Family
from pochade.organise.removal_plan import FamilyChoice, RemovalPlan, plan_removal
from tests.support.duplicates import ALL_KINDS, add_new_files, duplicates, family_of

__all__ = ["duplicates"]  # a fixture


def names_of(plan: RemovalPlan) -> list[str]:
    return [planned.path.name for planned in plan.files]


def choose(family: Family, *names: str, keep: str = "cover.png") -> list[FamilyChoice]:
    """Choose files of a family by their names."""
    paths = {member.path.name: member.path for member in family.members}
    return [FamilyChoice(family, paths[keep], frozenset(paths[name] for name in names))]


def test_exactly_the_preselected_files_go_by_default(duplicates: Collection) -> None:
    family = family_of(duplicates, ALL_KINDS)
    plan = plan_removal(duplicates.library, [family], None)
    assert names_of(plan) == ["copy.png", "same.bmp", "resave.jpg"]
    assert {planned.stays.path.name for planned in plan.files} == {"cover.png"}
    assert [planned.has_equal_pixels for planned in plan.files] == [True, True, False]
    assert plan.freed_bytes == sum((duplicates.folder / name).stat().st_size for name in names_of(plan))
    assert not plan.problems


def test_what_the_person_chose_goes_instead(duplicates: Collection) -> None:
    family = family_of(duplicates, ALL_KINDS)
    plan = plan_removal(duplicates.library, [], choose(family, "cover.png", "version.png", keep="resave.jpg"))
    assert names_of(plan) == ["cover.png", "version.png"]
    stays = {planned.path.name: planned.stays.path.name for planned in plan.files}
    assert stays == {"cover.png": "copy.png", "version.png": "resave.jpg"}  # a file with the same bytes comes first
    assert not any(planned.has_equal_pixels for planned in plan.files if planned.path.name == "version.png")


def test_no_work_goes_as_a_whole(duplicates: Collection) -> None:
    family = family_of(duplicates, {"copy.png": "exact"})
    with pytest.raises(UsageError, match="no file of the work"):
        plan_removal(duplicates.library, [], choose(family, "cover.png", "copy.png"))
    other = family_of(duplicates, {"edit.png": "variant"})
    family = family_of(duplicates, {"copy.png": "exact", "same.bmp": "exact"})
    contradiction = [*choose(family, "copy.png"), *choose(other, "cover.png", keep="edit.png")]
    with pytest.raises(UsageError, match="is to stay and to go"):  # in one family it stays, in another it goes
        plan_removal(duplicates.library, [], contradiction)
    outside = [FamilyChoice(family, family.cover, frozenset({duplicates.folder / "edit.png"}))]
    with pytest.raises(UsageError, match="not in the family"):
        plan_removal(duplicates.library, [], outside)


def test_files_in_protected_folders_stay(duplicates: Collection) -> None:
    family = family_of(duplicates, ALL_KINDS)
    duplicates.set_folder_role(duplicates.folder, "protected")
    plan = plan_removal(duplicates.library, [family], None)
    assert not plan.files
    assert all("is in a protected folder" in problem.reason for problem in plan.problems)
    assert len(plan.problems) == 3


@pytest.mark.parametrize("change", ["gone", "longer", "touched"])
@pytest.mark.parametrize("name", ["cover.png", "resave.jpg"])
def test_files_that_changed_since_they_were_learnt_stay(change: str, name: str, duplicates: Collection) -> None:
    family = family_of(duplicates, {"resave.jpg": "resave"})
    path = duplicates.folder / name
    if change == "gone":
        path.unlink()
    elif change == "longer":
        status = path.stat()
        path.write_bytes(path.read_bytes() + b" ")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        os.utime(path, ns=(0, 1))
    (duplicates.folder / "copy.png").unlink()  # it could stay instead of the cover
    plan = plan_removal(duplicates.library, [family], None)
    assert not plan.files
    (problem,) = plan.problems
    assert problem.path.name == "resave.jpg"
    assert name in problem.reason
    assert "pochade learn" in problem.reason


def test_another_file_with_the_same_bytes_may_stay_instead_of_the_cover(duplicates: Collection) -> None:
    shutil.copy(duplicates.folder / "copy.png", duplicates.folder / "third.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"copy.png": "exact", "third.png": "exact"})
    (duplicates.folder / "cover.png").unlink()
    plan = plan_removal(duplicates.library, [], choose(family, "copy.png"))
    assert [planned.stays.path.name for planned in plan.files] == ["third.png"]


def test_links_go_first_and_the_file_of_a_link_that_stays_stays(duplicates: Collection) -> None:
    (duplicates.folder / "link.png").symlink_to("copy.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"copy.png": "exact", "link.png": "exact"})
    plan = plan_removal(duplicates.library, [family], None)
    assert names_of(plan) == ["link.png", "copy.png"]
    assert plan.files[0].note == "a link, frees no room"
    assert plan.freed_bytes == (duplicates.folder / "copy.png").stat().st_size
    plan = plan_removal(duplicates.library, [], choose(family, "copy.png"))
    assert not plan.files
    assert "a link that stays leads to" in plan.problems[0].reason


def test_another_name_of_a_file_that_stays_frees_no_room(duplicates: Collection) -> None:
    for name in ("second name.png", "third name.png"):
        (duplicates.folder / name).hardlink_to(duplicates.folder / "cover.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"second name.png": "exact", "third name.png": "exact", "copy.png": "exact"})
    plan = plan_removal(duplicates.library, [], choose(family, "second name.png"))
    assert plan.freed_bytes == 0
    assert "frees no room" in plan.files[0].note
    everything = choose(family, "cover.png", "second name.png", "third name.png", keep="copy.png")
    plan = plan_removal(duplicates.library, [], everything)
    assert plan.freed_bytes == (duplicates.folder / "cover.png").stat().st_size  # counted once


def test_sidecars_go_along_unless_another_file_uses_them(duplicates: Collection) -> None:
    folder = duplicates.folder
    for name in ("copy.png.xmp", "copy.xmp", "resave.jpg.xmp", "same.xmp"):
        (folder / name).write_text("<x/>")
    (folder / "same.tif").write_bytes(b"")  # shares same.xmp
    plan = plan_removal(duplicates.library, [family_of(duplicates, ALL_KINDS)], None)
    sidecars = {planned.path.name: [path.name for path in planned.sidecars] for planned in plan.files}
    assert sidecars == {
        "copy.png": ["copy.png.xmp", "copy.xmp"],
        "same.bmp": [],
        "resave.jpg": ["resave.jpg.xmp"],
    }


def test_a_file_in_two_families_is_planned_once(duplicates: Collection) -> None:
    families = [family_of(duplicates, {"copy.png": "exact"}), family_of(duplicates, {"copy.png": "exact"})]
    assert names_of(plan_removal(duplicates.library, families, None)) == ["copy.png"]
