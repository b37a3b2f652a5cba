"""Kinds and preselected files of families are counted against the truth; every hundredth picture is held back."""

from datetime import datetime
from pathlib import Path

from experiments.bench.bench_families import measure_kinds
from experiments.bench.bench_family_speed import hold_back
from experiments.shared.families_folder import CopyOfWork, FamiliesFolder
from pochade.index.picture_records import PictureFile
from pochade.organise.family_model import Family, FamilyMember, MemberKind

TRUTH = FamiliesFolder(
    {
        "a": CopyOfWork(0, "original", "exact", "1"),
        "b": CopyOfWork(0, "jpeg 30", "resave", "2"),
        "c": CopyOfWork(0, "mirror", "edit", "3"),
    },
    {"a": "apple", "b": "apple", "c": "apple", "d": "pear"},
    frozenset(),
)


def member(name: str, kind: MemberKind, *, preselected: bool = False) -> FamilyMember:
    day = datetime(2026, 1, 1)
    picture = PictureFile(Path(name), name, "PNG", 9, 9, 8, False, 1, 99, "red", day, (), 1, 1)
    return FamilyMember(Path(name), kind, 1.0, picture, preselected)


def test_wrong_kinds_and_wrongly_preselected_files_are_counted() -> None:
    members = [
        member("a", "exact"),
        member("b", "resave", preselected=True),
        member("c", "resave", preselected=True),
        member("d", "version", preselected=True),
    ]
    figures = measure_kinds([Family(Path("a"), "all are alike", tuple(members))], TRUTH)
    assert figures["kind_right"] == 0.5
    assert figures["kinds_wrong"] == {"edit as resave": 1}
    assert figures["preselected"] == 3
    assert figures["preselected_wrong_files"] == ["apple (mirror) and apple (original)", "apple (original) and pear"]


def test_one_picture_in_a_hundred_is_held_back_with_its_folder(tmp_path: Path) -> None:
    art, aside = tmp_path / "art", tmp_path / "aside"
    for number in range(202):
        path = art / f"{number // 100}" / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert hold_back(art, aside) == [Path("0/000.png"), Path("1/101.png")]
    assert len(list(art.rglob("*.png"))) == 200
    assert (aside / "1" / "101.png").exists()
