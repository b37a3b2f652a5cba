"""Keywords in sidecars and inside pictures become labels; bad files are left out with a reason."""

from pathlib import Path

import pytest
from PIL import Image

from pochade.organise.imports.foreign_items import ForeignItem, LeftOut, names_of_paths, names_of_rating
from pochade.organise.imports.keyword_sources import read_keywords_inside, read_xmp_sidecars
from pochade.organise.imports.picture_folders import list_pictures
from pochade.system.progress import Progress, ignore_progress
from tests.support.sidecar_files import DIGIKAM, sidecar_with, write_picture, write_sidecar


def read_beside(folder: Path, *, with_parents: bool = False) -> list[ForeignItem | LeftOut]:
    return list(
        read_xmp_sidecars(list_pictures(folder, folder / ".pochade"), ignore_progress, with_parents=with_parents)
    )


def save_with_keywords(path: Path, *keywords: str) -> None:
    """Save a small picture with keywords inside."""
    items = "".join(f"<rdf:li>{keyword}</rdf:li>" for keyword in keywords)
    xmp = sidecar_with(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>")
    Image.new("RGB", (8, 8)).save(path, xmp=xmp.encode())


def test_keywords_and_the_rating_of_a_sidecar_are_read(tmp_path: Path) -> None:
    cat = write_picture(tmp_path, "cat.png")
    write_sidecar(cat, DIGIKAM)
    assert read_beside(tmp_path) == [ForeignItem(cat, ("cat", "sold", "5 stars"), "cat.png")]
    (item,) = read_beside(tmp_path, with_parents=True)
    assert isinstance(item, ForeignItem)
    assert item.labels == ("cat", "sold", "Animals", "5 stars")


def test_both_sidecars_of_a_picture_are_read_together(tmp_path: Path) -> None:
    cat = write_picture(tmp_path, "cat.png")
    write_sidecar(cat, DIGIKAM)
    write_sidecar(cat, sidecar_with("<dc:subject><rdf:Bag><rdf:li>ink</rdf:li></rdf:Bag></dc:subject>"), "cat.xmp")
    (item,) = read_beside(tmp_path)
    assert isinstance(item, ForeignItem)
    assert item.labels == ("cat", "sold", "ink", "5 stars")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<not closed", "can't be read as a sidecar"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "it declares entities"),
        ("", "is empty"),
        ("<html/>", "it is XML, but not XMP"),
        ("<a>" * 300 + "</a>" * 300, "nested too deep"),
    ],
)
def test_a_bad_sidecar_is_left_out_and_the_others_read(tmp_path: Path, text: str, reason: str) -> None:
    write_sidecar(write_picture(tmp_path, "bad.png"), text, "bad.png.xmp")
    cat = write_picture(tmp_path, "cat.png")
    write_sidecar(cat, DIGIKAM)
    left_out, item = read_beside(tmp_path)
    assert isinstance(left_out, LeftOut)
    assert left_out.shown == "bad.png.xmp"
    assert reason in left_out.reason
    assert isinstance(item, ForeignItem)


def test_keywords_inside_pictures_are_read_by_workers(tmp_path: Path) -> None:
    save_with_keywords(tmp_path / "cat.jpg", "cat", "ink")
    save_with_keywords(tmp_path / "plain.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    progress: list[Progress] = []
    pictures = list_pictures(tmp_path, tmp_path / ".pochade")
    items = sorted(read_keywords_inside(pictures, progress.append, with_parents=False), key=lambda item: item.shown)
    assert items == [
        ForeignItem(tmp_path / "cat.jpg", ("cat", "ink"), "cat.jpg"),
        LeftOut("gone.jpg", "does not exist"),
    ]
    assert (progress[-1].done, progress[-1].total) == (3, 3)
    assert list(read_keywords_inside([], ignore_progress, with_parents=False)) == []


def test_labels_of_paths_and_ratings() -> None:
    paths = [("Places", "Norway", "Oslo"), ("Oslo",), ("Places", " ")]
    assert names_of_paths(paths, with_parents=False) == ("Oslo",)
    assert names_of_paths(paths, with_parents=True) == ("Places", "Norway", "Oslo")
    ratings = [names_of_rating(value) for value in (1, 5, 0, 6, -1, "5", 2.0, True, None)]
    assert ratings == [("1 star",), ("5 stars",), *[()] * 7]
