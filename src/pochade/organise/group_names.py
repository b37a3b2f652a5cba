"""Names of groups that say what a group has and its siblings have not; no two of a collection are alike.

    words of files and folders, labels ──►──┤distinctive words├──┐
                                                                 ├──► name, unlike every other name
    technique, colours, measures ──────►──┤distinctive looks├────┘

Words are weighed like class-based TF-IDF: by the share of the group that has them, times the logarithm of how much more
frequent they are there than elsewhere.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import count

MAX_WORDS, MAX_LOOKS = 3, 2  # words from names, and words for what was measured, that a name usually has
MIN_WORD_PICTURES = 2  # pictures of a group that must have a word
MIN_WORD_SHARE = 0.12  # of a group's pictures that must have its first word
MIN_FURTHER_SHARE = 0.06  # of a group's pictures that a further word must add
SMOOTHING = 0.01  # added to shares, so that a word found nowhere else is not infinitely distinctive
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class GroupEvidence:
    """What is known about a group that is to be named."""

    number: int
    words: Sequence[Set[str]]  # of each picture's names and labels
    looks: Sequence[str] = field(default=())  # words for what was measured, the most distinctive first


def name_groups(groups: Sequence[GroupEvidence], around: Sequence[Set[str]], taken: Iterable[str]) -> dict[int, str]:
    """Name sibling groups.

    Args:
        groups: The groups, the largest first.
        around: The words of the pictures among which the groups shall stand out, including their own.
        taken: Names that other groups of the collection have.

    Returns:
        A name by the group's number. No two are alike, and none is alike to one of `taken`.
    """
    outside, used = _word_counts(around), {_likeness(name) for name in taken}
    names = {}
    for group in groups:
        name = _unlike(_candidates(group, outside, len(around)), used)
        used.add(_likeness(name))
        names[group.number] = name
    return names


def _word_counts(pictures: Iterable[Set[str]]) -> Counter[str]:
    return Counter(word for words in pictures for word in words)


def _likeness(name: str) -> frozenset[str]:
    """Equal for names that consist of the same words."""
    return frozenset(name.casefold().replace(",", " ").split())


def distinctive_words(pictures: Sequence[Set[str]], outside: Mapping[str, int], outside_count: int) -> list[str]:
    """Choose words that many pictures of a group have, and few others; each adds pictures that lack those before it.

    Args:
        pictures: The words of each picture of the group.
        outside: How many pictures have each word, inside and outside of the group.
        outside_count: The number of these pictures.

    Returns:
        Words, the most important first; none if no word is frequent enough.
    """
    inside, remaining, chosen = _word_counts(pictures), list(pictures), list[str]()
    others = outside_count - len(pictures)
    lift = {word: _lift(inside[word] / len(pictures), outside.get(word, 0) - inside[word], others) for word in inside}
    while remaining:
        covered = _word_counts(remaining)
        word = max(sorted(covered), key=lambda word: covered[word] * lift[word], default="")
        needed = (MIN_FURTHER_SHARE if chosen else MIN_WORD_SHARE) * len(pictures)
        if not word or lift[word] <= 0 or covered[word] < max(MIN_WORD_PICTURES, needed):
            break
        chosen.append(word)
        remaining = [words for words in remaining if word not in words]
    return chosen


def _lift(share: float, elsewhere: int, others: int) -> float:
    """The logarithm of how many times as frequent a word is in the group as elsewhere."""
    return math.log((share + SMOOTHING) / (elsewhere / max(1, others) + SMOOTHING))


def _candidates(group: GroupEvidence, outside: Mapping[str, int], outside_count: int) -> Iterable[str]:
    """Names for a group: the usual one, then longer ones, in the end one with a letter."""
    words, looks = distinctive_words(group.words, outside, outside_count), list(group.looks)
    usual_looks = MAX_LOOKS if not words else 1
    for word_count in range(min(MAX_WORDS, len(words)), len(words) + 1):
        yield ", ".join([*words[:word_count], *looks[:usual_looks]])
    for look_count in range(usual_looks + 1, len(looks) + 1):
        yield ", ".join([*words[:MAX_WORDS], *looks[:look_count]])
    longest = ", ".join([*words[:MAX_WORDS], *looks]) or "mixed"
    yield longest
    for number in count():
        yield f"{longest}, {_letters(number)}"


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    before = _letters(number // len(LETTERS) - 1) if number >= len(LETTERS) else ""
    return before + LETTERS[number % len(LETTERS)]


def _unlike(candidates: Iterable[str], used: Set[frozenset[str]]) -> str:
    """The first candidate that is not alike to a name in use."""
    return next(name for name in candidates if name and _likeness(name) not in used)
