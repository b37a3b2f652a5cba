"""The language of searches, as docs/reference/search.md describes it: a text becomes conditions on pictures.

    owl label:harbour -technique:pencil colour:blue since:2024

Every text is a query, or raises one `UsageError` that says what to write instead.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pochade.errors import UsageError
from pochade.images.features.colour_words import COLOUR_WORDS
from pochade.index.picture_records import SHAPES
from pochade.index.search_words import words_of

MAX_QUERY_CHARACTERS = 1000
MAX_TERMS = 50
TEXT_FIELDS = {  # from an operator to the field that it searches
    "name": "names", "folder": "folders", "label": "labels", "caption": "captions", "prompt": "prompts",
    "technique": "technique",
}  # fmt: skip
FACTS = ("colour", "format", "shape", "since", "until")
OPERATORS = (*TEXT_FIELDS, *FACTS)
FORMAT_NAMES = {"jpg": "jpeg", "tif": "tiff", "jxl": "jpeg xl", "heif": "heic"}  # from file endings, in lower case
_SPELLINGS = {"color": "colour", "gray": "grey"}
_TERM = re.compile(r'(?P<minus>-?)(?:(?P<operator>[^\W\d_]+):)?(?P<value>"[^"]*"?|[^\s"]*)')
_QUOTATION_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"'})  # that keyboards put in place of "
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True)
class TextTerm:
    """Words that stand next to each other in a text of a picture."""

    words: tuple[str, ...]  # at least one, as `words_of` gives them
    field: str | None = None  # the field to search; all of them if None
    is_prefix: bool = False  # whether the last word may be the beginning of a longer one
    is_excluded: bool = False  # whether the picture must not have them


@dataclass(frozen=True)
class FactTerm:
    """A property that a picture has."""

    name: str  # one of `FACTS`
    value: str | date  # a date for since (the first day) and until (the last day)
    is_excluded: bool = False  # whether the picture must not have it


class SearchQuery(NamedTuple):
    """The conditions of a search; a picture must meet all of them."""

    texts: tuple[TextTerm, ...]
    facts: tuple[FactTerm, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it has no condition, so that every picture meets it."""
        return not self.texts and not self.facts


def parse_query(text: str) -> SearchQuery:
    """Parse a search.

    Raises:
        UsageError: It is too long, or an operator is unknown or has no value that makes sense.
    """
    return _to_query([term for _, term in _parse_terms(text)])


def parse_conditions(text: str) -> SearchQuery:
    """Parse what of a search holds when its words are searched for by meaning: all but `meaning_of` it.

    Raises:
        UsageError: As `parse_query` does.
    """
    return _to_query([term for match, term in _parse_terms(text) if not _is_free(match)])


def meaning_of(text: str) -> str:
    """The words of a search that may be searched for by meaning, as the person wrote them.

    These are the words without an operator. Quotes, `-` and `*` ask for exact words, which have no other meaning.
    """
    return " ".join(match["value"] for match in _matches(text) if _is_free(match) and words_of(match["value"]))


def _is_free(match: re.Match[str]) -> bool:
    value = match["value"]
    return not match["operator"] and not match["minus"] and not value.startswith('"') and not value.endswith("*")


def _matches(text: str) -> list[re.Match[str]]:
    """The parts of a search."""
    return [match for match in _TERM.finditer(text.translate(_QUOTATION_MARKS)) if match[0]]


def _parse_terms(text: str) -> list[tuple[re.Match[str], TextTerm | FactTerm | None]]:
    """The parts of a search, each with its condition."""
    if len(text) > MAX_QUERY_CHARACTERS:
        raise UsageError(f"a search has at most {MAX_QUERY_CHARACTERS:,} characters", "use fewer words")
    matches = _matches(text)
    return [(match, _term(match, is_last=match is matches[-1])) for match in matches]


def _to_query(terms: list[TextTerm | FactTerm | None]) -> SearchQuery:
    """Gather the conditions.

    Raises:
        UsageError: There are too many.
    """
    texts = tuple(term for term in terms if isinstance(term, TextTerm))
    facts = tuple(term for term in terms if isinstance(term, FactTerm))
    if len(texts) + len(facts) > MAX_TERMS:
        raise UsageError(f"a search has at most {MAX_TERMS} words and conditions", "use fewer words")
    return SearchQuery(texts, facts)


def _term(match: re.Match[str], *, is_last: bool) -> TextTerm | FactTerm | None:
    """The condition of one part of a search; None if it is only punctuation."""
    is_excluded, value = bool(match["minus"]), match["value"]
    operator = _operator(match)
    if operator in FACTS:
        return FactTerm(operator, _fact_value(operator, value.strip('" ')), is_excluded)
    words = tuple(words_of(value))
    if words:
        may_go_on = is_last and not is_excluded and not value.startswith('"')
        return TextTerm(words, TEXT_FIELDS.get(operator), may_go_on or value.endswith("*"), is_excluded)
    if operator:
        raise _value_error(operator, f"{operator}:owl")
    return None


def _operator(match: re.Match[str]) -> str:
    """The operator of one part of a search; an empty text if it has none."""
    word = (match["operator"] or "").lower()
    operator = _SPELLINGS.get(word, word)
    if operator and operator not in OPERATORS:
        quoted = match["operator"] + ":" + match["value"].replace('"', "")
        raise UsageError(
            f"there is no operator '{word}:'",
            f'use one of {", ".join(f"{name}:" for name in OPERATORS)}, or put quotes around it: "{quoted}"',
        )
    return operator


def _fact_value(operator: str, value: str) -> str | date:
    value = value.lower()
    if operator in {"since", "until"}:
        return _day(operator, value)
    if operator == "format":
        if not value:
            raise _value_error(operator, "format:png")
        return FORMAT_NAMES.get(value.lstrip("."), value.lstrip("."))
    vocabulary = COLOUR_WORDS if operator == "colour" else SHAPES
    value = _SPELLINGS.get(value, value)
    if value not in vocabulary:
        raise UsageError(f"'{value}' is no {operator} that can be searched", f"use one of {', '.join(vocabulary)}")
    return value


def _day(operator: str, value: str) -> date:
    """The first day of a year, month or day for since, and the last one for until."""
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError(value)
        year, month, day = (int(number) if number else None for number in match.groups())
        is_start = operator == "since"
        month = month or (1 if is_start else 12)
        return date(year or 0, month, day or (1 if is_start else calendar.monthrange(year or 1, month)[1]))
    except ValueError as error:
        problem = f"'{value}' behind '{operator}:' is no date"
        raise UsageError(problem, f"write {operator}:2024, {operator}:2024-05 or {operator}:2024-05-31") from error


def _value_error(operator: str, example: str) -> UsageError:
    return UsageError(f"there is no word behind '{operator}:'", f"write it without a blank: {example}")
