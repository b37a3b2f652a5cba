"""A word is returned if it is known, and refused with the words that are."""

import pytest

from pochade.errors import UsageError
from pochade.index.known_words import check_word


def test_a_known_word_is_returned_and_others_are_refused_with_the_choice() -> None:
    assert check_word("b", ("a", "b"), "letter") == "b"
    with pytest.raises(UsageError, match="'c' is no letter") as refusal:
        check_word("c", ("a", "b"), "letter")
    assert refusal.value.hint == "choose one of these words: a, b"
