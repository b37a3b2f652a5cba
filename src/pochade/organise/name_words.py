"""Words in the names of files and folders that may say what a picture shows."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

MIN_LETTERS = 3  # of a word in an alphabet; syllables and ideographs may stand alone
IDEOGRAPHS = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
BOUNDARY = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")  # inside camelCase and SVGFile
SEPARATORS = re.compile(r"[\W\d_]+")
VOWELS = re.compile(r"[aeiouyà-öø-ÿ]")
LATIN = re.compile(r"[a-zà-öø-ÿ]+")

# Words that say nothing about what a picture shows: of grammar, of files, of cameras and of their programs
STOP_WORDS = frozenset(
    word
    for line in (
        "the and for with from her his its their our your this that not are was has have into onto over under out off",
        "der die das und mit von dem den ein eine einer aus auf les des une dans avec pour par sur del los las con por",
        "image img picture pic photo photograph foto dsc dscn dscf pict imgp pxl mvimg cimg scan scanned scanner",
        "screenshot screen shot capture download untitled unnamed unknown file folder new old copy final finished",
        "version draft edit edited export backup tmp temp test misc miscellaneous other various unsorted default",
        "art artwork work gallery collection data asset share media small medium large big tiny size sized thumb",
        "thumbnail preview icon png jpg jpeg gif bmp tif tiff webp avif heic heif psd svg svgz kra ora xcf pdf raw",
        "whatsapp instagram facebook pinterest twitter tumblr deviantart artstation pixiv",
    )
    for word in line.split()
)


def words_in_path(path: PurePath) -> set[str]:
    """The words in a path below the collection's folder that may say what a picture shows.

    Names are cut at everything that is no letter and in the middle of camelCase. Endings of files, short words, words
    without vowels and words that say nothing are left out. A plural counts as its singular.

    Args:
        path: Folders and the file's name.

    Returns:
        Words in lower case.
    """
    return set(_words((*path.parts[:-1], path.stem)))


def _words(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        for part in SEPARATORS.split(BOUNDARY.sub(" ", unicodedata.normalize("NFC", name))):
            word = part.lower()
            if _may_say_something(word):
                singular = _singular(word)
                if singular not in STOP_WORDS:
                    yield singular


def _may_say_something(word: str) -> bool:
    if IDEOGRAPHS.search(word):
        return True
    return (
        len(word) >= MIN_LETTERS and word not in STOP_WORDS and (not LATIN.fullmatch(word) or bool(VOWELS.search(word)))
    )


def _singular(word: str) -> str:
    """An English plural as its singular, other words as they are."""
    if not LATIN.fullmatch(word) or len(word) <= MIN_LETTERS or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004  not "ties"
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]
