"""Text in any script: a font that has its letters, and replacements for letters that no font has.

Pillow's own font has only the letters of English. If names need more, a font of the system is used.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

SYSTEM_FONTS = (  # files of Linux, macOS and Windows; the last ones have the most letters
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
NO_LETTER = "\uffff"  # is no character, so fonts draw it like the letters that they lack
REPLACEMENT = "?"


def choose_font(names: Iterable[str], size: int) -> FreeTypeFont:
    """Choose the first font that has every letter of some names, or else the one that lacks the fewest letters.

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
    """Yield Pillow's own font, then the installed ones of `SYSTEM_FONTS`."""
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
    """Whether a font has a glyph for a printable letter."""
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))


def _compose(name: str) -> str:
    """Compose letters with their accents, which are separate in file names of some systems."""
    return unicodedata.normalize("NFC", name)
