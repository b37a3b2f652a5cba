"""The language of searches: every text is a query, or one clear error."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.errors import UsageError
from pochade.index.search_query import (
    MAX_TERMS,
    OPERATORS,
    FactTerm,
    SearchQuery,
    TextTerm,
    meaning_of,
    parse_conditions,
    parse_query,
)
from pochade.index.search_words import words_of

PARTS = st.one_of(
    st.sampled_from(
        [*(f"{operator}:" for operator in OPERATORS), "-", '"', " ", ":", "*", "2024", "2024-05", "blue", "owl"]
    ),
    st.text(max_size=5),
)
PLAIN_WORDS = st.text("abcxyz", min_size=1, max_size=8)


def query_or_error(text: str) -> SearchQuery | UsageError:
    """What becomes of a text; another error is raised."""
    try:
        return parse_query(text)
    except UsageError as error:
        return error


@given(st.lists(PARTS, max_size=30).map("".join))
def test_every_text_is_a_query_or_one_sentence_with_a_next_step(text: str) -> None:
    query = query_or_error(text)
    if isinstance(query, SearchQuery):
        assert all(term.words and words_of(" ".join(term.words)) == list(term.words) for term in query.texts)
    else:
        assert query.sentence
        assert query.hint


@given(st.lists(PLAIN_WORDS, min_size=1, max_size=10))
def test_plain_words_are_conditions_in_their_order_and_the_last_may_go_on(words: list[str]) -> None:
    expected = [TextTerm((word,)) for word in words[:-1]] + [TextTerm((words[-1],), is_prefix=True)]
    assert parse_query("  ".join(words)) == SearchQuery(tuple(expected), ())


@given(st.text(st.characters(exclude_characters='"“”„'), max_size=50))
def test_whatever_stands_in_quotes_is_a_phrase_and_never_an_error(text: str) -> None:
    words = tuple(words_of(text))
    assert parse_query(f'"{text}"').texts == ((TextTerm(words),) if words else ())


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("label:harbour owl", SearchQuery((TextTerm(("harbour",), "labels"), TextTerm(("owl",), is_prefix=True)), ())),
        ('LABEL:"at night"', SearchQuery((TextTerm(("at", "night"), "labels"),), ())),
        ("-name:owl.png", SearchQuery((TextTerm(("owl", "png"), "names", is_excluded=True),), ())),
        ("“at night”", SearchQuery((TextTerm(("at", "night")),), ())),
        ('"at night', SearchQuery((TextTerm(("at", "night")),), ())),
        ("ow* x", SearchQuery((TextTerm(("ow",), is_prefix=True), TextTerm(("x",), is_prefix=True)), ())),
        ("Color:Gray -format:.JPG", SearchQuery((), (FactTerm("colour", "grey"), FactTerm("format", "jpeg", True)))),
        ("since:2024", SearchQuery((), (FactTerm("since", date(2024, 1, 1)),))),
        ("until:2024", SearchQuery((), (FactTerm("until", date(2024, 12, 31)),))),
        ("until:2024-2", SearchQuery((), (FactTerm("until", date(2024, 2, 29)),))),
        ("since:2024-02-03", SearchQuery((), (FactTerm("since", date(2024, 2, 3)),))),
        ("12:30", SearchQuery((TextTerm(("12", "30"), is_prefix=True),), ())),
        ("- * :", SearchQuery((), ())),
    ],
)
def test_a_text_means_this(text: str, query: SearchQuery) -> None:
    assert parse_query(text) == query


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("lable:owl", "there is no operator 'lable:'", '"lable:owl"'),
        ("label: owl", "there is no word behind 'label:'", "label:owl"),
        ('caption:"!"', "there is no word behind 'caption:'", "caption:owl"),
        ("format:", "there is no word behind 'format:'", "format:png"),
        ("colour:mauve", "'mauve' is no colour", "red, orange"),
        ("shape:round", "'round' is no shape", "portrait, landscape"),
        ("since:20", "'20' behind 'since:' is no date", "since:2024-05"),
        ("until:2024-02-30", "is no date", "until:2024"),
        ("since:0000", "is no date", "since:2024"),
        ("a" * 1001, "at most 1,000 characters", "fewer words"),
        ("a " * (MAX_TERMS + 1), "at most 50 words", "fewer words"),
    ],
)
def test_what_makes_no_sense_is_an_error_that_says_what_to_write(text: str, sentence: str, hint: str) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        parse_query(text)
    assert hint in caught.value.hint


# Meaning -------------------------------------------------------------------------------------------------------------


@given(st.lists(PARTS, max_size=30).map("".join))
def test_the_words_that_are_meant_and_the_conditions_make_up_the_search(text: str) -> None:
    query = query_or_error(text)
    if not isinstance(query, SearchQuery):
        return
    conditions = parse_conditions(text)
    assert conditions.facts == query.facts
    free = [term for term in query.texts if term not in conditions.texts]
    assert all(term.field is None and not term.is_excluded for term in free)
    meant = [word for term in free for word in term.words]
    assert set(meant) <= set(words_of(meaning_of(text)))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a Lighthouse at Night", "a Lighthouse at Night"),
        ("owl label:harbour -sold since:2024 over  Müllers Boot", "owl over Müllers Boot"),
        ('"at night" owl', "owl"),
        ("“at night”", ""),
        ("ow* -x label:y", ""),
        ("*** , owl", "owl"),
        ("", ""),
    ],
)
def test_what_is_meant_is_what_the_person_wrote_without_conditions(text: str, meaning: str) -> None:
    assert meaning_of(text) == meaning


@pytest.mark.parametrize("text", ["lable:owl", "colour:mauve", "x" * 2000, "label:a " * 60])
def test_conditions_raise_what_the_search_raises(text: str) -> None:
    with pytest.raises(UsageError) as expected:
        parse_query(text)
    with pytest.raises(UsageError) as raised:
        parse_conditions(text)
    assert raised.value.sentence == expected.value.sentence
