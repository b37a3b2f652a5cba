"""Text in any script: the font that has its letters, and the text as that font can draw it.

Pillow's own font only has the letters of English. Where names need more, a font of the system is used.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

SYSTEM_FONTS = (  # of Linux, macOS and Windows; the last ones have the most letters
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
NO_LETTER = "\uffff"  # a font draws it like every letter that it lacks
REPLACEMENT = "?"


def choose_font(names: Iterable[str], size: int) -> FreeTypeFont:
    """Choose the first font that has every letter of some names, or else the one that lacks the fewest.

    Args:
        names: The text to be drawn.
        size: Height of the font in pixels.
    """
    letters = {letter for name in names for letter in _compose(name) if letter.isprintable()}
    by_missing: dict[int, FreeTypeFont] = {}
    for font in installed_fonts(size):
        count = sum(not has_glyph(font, letter) for letter in letters)
        by_missing.setdefault(count, font)
        if not count:
            break
    return by_missing[min(by_missing)]


def installed_fonts(size: int) -> Iterator[FreeTypeFont]:
    """List Pillow's own font, then the fonts of the system that are installed."""
    default = ImageFont.load_default(size)
    if isinstance(default, FreeTypeFont):  # unless Pillow was built without FreeType
        yield default
    for name in SYSTEM_FONTS:
        try:
            yield ImageFont.truetype(name, size)
        except OSError:
            continue


def drawable_text(name: str, font: FreeTypeFont) -> str:
    """Replace the letters that a font lacks: by the letter without its accent, or else by a question mark."""
    return "".join(_drawable_letter(letter, font) for letter in _compose(name))


def _drawable_letter(letter: str, font: FreeTypeFont) -> str:
    plain = unicodedata.normalize("NFD", letter)[0]
    candidates = (letter, plain)
    return next((form for form in candidates if form.isprintable() and has_glyph(font, form)), REPLACEMENT)


def has_glyph(font: FreeTypeFont, letter: str) -> bool:
    """Whether a font has a printable letter."""
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))


def _compose(name: str) -> str:
    """Join letters with their accents, which file names of some systems keep separate."""
    return unicodedata.normalize("NFC", name)
