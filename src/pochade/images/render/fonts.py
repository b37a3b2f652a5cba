"""Words in any script on a picture: the font that has their letters, and the words as it can draw them.

Pillow's own font has the letters of English and no others; where names need more, a font of the system is taken.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

FONTS = (  # of Linux, macOS and Windows; the last have the most letters
    "DejaVuSans.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "msgothic.ttc",
)
NO_LETTER = "\uffff"  # what a font draws for this, it draws for every letter that it lacks
UNKNOWN = "?"


def font_for(names: Iterable[str], size: int) -> FreeTypeFont:
    """The first font that has every letter of some names, or else the one that lacks the fewest; `size` in pixels."""
    letters = {letter for name in names for letter in composed(name) if letter.isprintable()}
    lacking: dict[int, FreeTypeFont] = {}
    for font in fonts(size):
        count = sum(not has(font, letter) for letter in letters)
        lacking.setdefault(count, font)
        if not count:
            break
    return lacking[min(lacking)]


def fonts(size: int) -> Iterator[FreeTypeFont]:
    """Pillow's own font, then those of the system that are there."""
    own = ImageFont.load_default(size)
    if isinstance(own, FreeTypeFont):  # always, but in a Pillow that was built without FreeType
        yield own
    for name in FONTS:
        try:
            yield ImageFont.truetype(name, size)
        except OSError:
            continue


def written(name: str, font: FreeTypeFont) -> str:
    """A name in letters that a font has: a letter without its accent where that is lacking, else a question mark."""
    return "".join(drawable(letter, font) for letter in composed(name))


def drawable(letter: str, font: FreeTypeFont) -> str:
    """The letter, or what stands for it."""
    plain = unicodedata.normalize("NFD", letter)[0]
    return next((each for each in (letter, plain) if each.isprintable() and has(font, each)), UNKNOWN)


def has(font: FreeTypeFont, letter: str) -> bool:
    """Whether a font has a printable letter."""
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))


def composed(name: str) -> str:
    """Each letter in one piece with its accent: some systems' file names have them apart."""
    return unicodedata.normalize("NFC", name)
