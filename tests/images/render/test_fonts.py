"""Text in any script is drawn with the font that has its letters."""

import unicodedata

import pytest
from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from pochade.images.render.fonts import REPLACEMENT, choose_font, drawable_text


def default_font(size: int = 20) -> FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, FreeTypeFont)
    return font


def test_missing_letters_lose_their_accent_or_become_question_marks() -> None:
    assert drawable_text("Äpfel, 木 и\x07", default_font()) == f"Apfel, {REPLACEMENT} {REPLACEMENT}{REPLACEMENT}"
    assert drawable_text("plain words", default_font()) == "plain words"


def test_separate_accents_are_joined() -> None:
    decomposed = unicodedata.normalize("NFD", "Äpfel")
    assert drawable_text(decomposed, default_font()) == "Apfel"


def test_pillow_s_font_is_chosen_if_it_has_all_letters() -> None:
    assert choose_font(["trees", "birds"], 20).getname() == default_font().getname()


def test_a_system_font_is_chosen_if_it_has_more_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    poorer, richer = default_font(), default_font()
    monkeypatch.setattr("pochade.images.render.fonts.installed_fonts", lambda _: iter([poorer, richer]))
    monkeypatch.setattr(
        "pochade.images.render.fonts.has_glyph", lambda font, letter: font is richer or letter.isascii()
    )
    assert choose_font(["Bäume"], 20) is richer
    assert choose_font(["trees"], 20) is poorer


def test_the_font_that_lacks_the_fewest_letters_is_chosen_if_none_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = default_font(), default_font(), default_font()
    letters = {id(first): "tre", id(second): "trees 木", id(third): "trees"}
    monkeypatch.setattr("pochade.images.render.fonts.installed_fonts", lambda _: iter([first, second, third]))
    monkeypatch.setattr("pochade.images.render.fonts.has_glyph", lambda font, letter: letter in letters[id(font)])
    assert choose_font(["trees", "木々"], 20) is second
