"""An index of pictures with names, labels and texts to search, which are never read."""

from typing import Any, NamedTuple

from pochade.images.metadata.picture_texts import PictureTexts
from pochade.index.database import Index
from pochade.index.label_store import add_label
from pochade.index.picture_rows import FileRow
from pochade.index.text_store import text_columns
from pochade.system.file_stamp import FileStamp
from tests.support.indexed_pictures import content_of, picture_columns

DAY_NS = 86_400 * 10**9


class SearchedPicture(NamedTuple):
    """What is searched of a picture."""

    paths: tuple[str, ...]
    labels: tuple[str, ...] = ()
    texts: PictureTexts = PictureTexts()
    technique: str = ""
    columns: dict[str, Any] = {}  # noqa: RUF012  a constant
    day: int = 0  # of the last change, counted from 1970


PICTURES = (  # their numbers are 1, 2 and so on
    SearchedPicture(("owl.png", "copies/night owl.png"), ("harbour at night", "sold"), technique="line art", day=10),
    SearchedPicture(("old/owls/Owl_at-Night2.PNG",), columns={"colour": "blue", "format": "JPEG"}, day=400),
    SearchedPicture(("old/cat.png",), texts=PictureTexts("Übung am Hafen\nKatze; owl's", ""), day=800),
    SearchedPicture(("夜の猫.png",), ("harbour",), columns={"width": 10, "height": 20}, day=1200),
    SearchedPicture(("www.owl.org 1e5 2.50.png",), texts=PictureTexts("", "a castle, it rains\nnight"), day=1600),
    SearchedPicture(("1969.png",), columns={"width": 20, "height": 10, "format": "JPEG XL"}, day=-400),
)


def fill_searched_index(index: Index) -> None:
    """Store the pictures in an empty index."""
    numbers = range(1, len(PICTURES) + 1)
    files = [
        (FileRow(path.encode(), FileStamp(1, picture.day * DAY_NS, 0, None), None, None), content_of(number))
        for number, picture in zip(numbers, PICTURES, strict=True)
        for path in picture.paths
    ]
    index.add_pictures(
        [picture_columns(number) | picture.columns for number, picture in zip(numbers, PICTURES, strict=True)],
        [file for file, _ in files],
        [content for _, content in files],
        {
            content_of(number): text_columns(picture.texts, picture.technique)
            for number, picture in zip(numbers, PICTURES, strict=True)
        },
    )
    for number, picture in zip(numbers, PICTURES, strict=True):
        for label in picture.labels:
            add_label(index, [number], label)
