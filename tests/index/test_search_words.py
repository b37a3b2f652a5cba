"""Dividing texts into the words that are searched."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pochade.index.search_words import MAX_WORD_LENGTH, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Owl_at-Night2.PNG", ["owl", "at", "night", "2", "png"]),
        ("Übung, straße: ŁÓDŹ", ["ubung", "strasse", "lodz"]),
        ("U\u0308bung", ["ubung"]),
        ("ﬁn Ⅻ ²", ["fin", "xii", "2"]),
        ("夜の猫 cat", ["夜", "の", "猫", "cat"]),
        ("か\u3099", ["が"]),  # not か: this accent makes another letter
        ("don't", ["don", "t"]),
        ("caf\udce9 \0 \n", ["caf"]),
        ("İstanbul", ["istanbul"]),
        ("--- * \" '", []),
    ],
)
def test_a_text_is_divided_into_plain_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
@example("\N{CHEROKEE SMALL LETTER A}")  # Unicode folds Cherokee to its capital letters
def test_the_words_of_words_are_the_same_words(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    assert all(word.isalnum() and word == word.casefold() and len(word) <= MAX_WORD_LENGTH for word in words)


@given(st.text(), st.text())
def test_texts_with_a_blank_between_them_have_the_words_of_both(first: str, second: str) -> None:
    assert words_of(f"{first} {second}") == words_of(first) + words_of(second)


def test_a_word_without_end_is_cut() -> None:
    assert words_of("a" * 10_000) == ["a" * MAX_WORD_LENGTH]
