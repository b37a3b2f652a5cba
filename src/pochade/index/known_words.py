"""Check the words that a person may answer with."""

from collections.abc import Iterable
from typing import TypeVar

from pochade.errors import UsageError

WordType = TypeVar("WordType", bound=str)


def check_word(word: str, known: Iterable[WordType], kind: str) -> WordType:
    """Return a word as one of the known ones.

    Args:
        word: What the person wrote.
        known: The words that can be answered with.
        kind: What such a word is called.

    Raises:
        UsageError: The word is not known.
    """
    words = list(known)
    for other in words:
        if word == other:
            return other
    raise UsageError(f"{word!a} is no {kind}", f"choose one of these words: {', '.join(words)}")
