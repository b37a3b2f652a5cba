"""Words find the pictures that the eye sees nearest to them, among those that meet the conditions of the search."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pochade import Collection, errors
from pochade.analysis.arrays import Floats
from pochade.embedding.installed_eyes import load_eye
from pochade.index.eye_store import eye_rows
from pochade.index.picture_records import Filter, Match
from pochade.organise.find_question import FindQuestion, answer_question
from tests.support.drawings import drawing
from tests.support.small_eyes import save_dinov2


@pytest.fixture
def seeing(collection: Collection, siglip: Path) -> Collection:
    """The collection with an eye that knows words."""
    collection.choose_eye(str(siglip))
    return collection


def numbers_of(matches: list[Match] | tuple[Match, ...]) -> list[int]:
    """The numbers of the matches' pictures."""
    return [match.picture.number for match in matches]


def cosines(collection: Collection, words: str) -> dict[int, float]:
    """The cosine between words and each picture with a file, by the picture's number."""
    eye = collection.eye()
    assert eye is not None
    rows = eye_rows(collection.models, collection.index.row_count())
    assert rows is not None
    query = load_eye(eye.key, eye.name).embed_words(words)
    return {file.number: float(rows[file.row] @ query) for file in collection.pictures()}


def test_the_nearest_pictures_come_first_and_each_once(seeing: Collection) -> None:
    matches = seeing.search_meaning("a boat at night", 100)
    expected = cosines(seeing, "a boat at night")
    assert sorted(numbers_of(matches)) == sorted(expected)
    assert [1 - match.distance for match in matches] == pytest.approx(sorted(expected.values(), reverse=True), abs=1e-5)
    assert numbers_of(seeing.search_meaning("a boat at night", 3)) == numbers_of(matches[:3])


def test_conditions_hold_and_only_words_without_quotes_are_meant(seeing: Collection) -> None:
    striped = {file.number for file in seeing.pictures() if file.path.parent.name == "stripes"}
    everything = numbers_of(seeing.search_meaning("owl", 100))
    among = [number for number in everything if number in striped]
    for query in ("owl folder:stripes", 'folder:stripes "png" owl', "owl -name:drawing folder:stripes -moon"):
        assert numbers_of(seeing.search_meaning(query, 100)) == among
    assert seeing.search_meaning("owl until:1970") == []


def test_filters_hold(seeing: Collection) -> None:
    picture = seeing.pictures()[0]
    seeing.label([picture], "chosen")
    assert numbers_of(seeing.search_meaning("owl", among=Filter(label="chosen"))) == [picture.number]
    matches = seeing.search_meaning("owl", 100, among=Filter(folder=Path("stripes"), since=date(2000, 1, 1)))
    assert len(matches) == 20
    assert {match.path.parent.name for match in matches} == {"stripes"}


def test_without_an_eye_that_knows_words_the_error_says_how_to_get_one(collection: Collection, tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(errors.UsageError, match="takes an eye that knows words") as caught:
            collection.search_meaning("owl")
        assert "pochade learn --eye siglip2" in caught.value.hint
        collection.choose_eye(str(save_dinov2(tmp_path / "dinov2")))


@pytest.mark.parametrize("query", ["label:owl", '"owl"', "-owl", "***", "ow*"])
def test_a_search_without_free_words_has_no_meaning(query: str, seeing: Collection) -> None:
    with pytest.raises(errors.UsageError, match="words without quotes"):
        seeing.search_meaning(query)
    with pytest.raises(errors.UsageError, match="0 pictures"):
        seeing.search_meaning("owl", 0)


def test_pictures_with_the_words_come_first_and_are_not_repeated(seeing: Collection) -> None:
    answer = answer_question(seeing.library, FindQuestion(None, "mirrored"))
    assert [picture.path.name for picture in answer.pictures] == ["mirrored.png"]
    assert len(answer.by_meaning) == 10
    assert answer.pictures[0].number not in numbers_of(answer.by_meaning)
    order = numbers_of(seeing.search_meaning("mirrored", 100))
    order.remove(answer.pictures[0].number)
    assert numbers_of(answer.by_meaning) == order[:10]
    assert len(answer_question(seeing.library, FindQuestion(None, "owl", k=3)).by_meaning) == 3


def test_without_an_eye_the_answer_is_as_ever(collection: Collection) -> None:
    answer = answer_question(collection.library, FindQuestion(None, "mirrored"))
    assert (answer.by_meaning, answer.meaning_problem) == ((), "")


def test_an_eye_that_is_not_on_this_machine_hides_no_exact_match(
    seeing: Collection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another person"))
    answer = answer_question(seeing.library, FindQuestion(None, "mirrored"))
    assert [picture.path.name for picture in answer.pictures] == ["mirrored.png"]
    assert answer.by_meaning == ()
    assert "the eye 'siglip' is not installed on this machine" in answer.meaning_problem


def test_duplicates_and_matches_by_look_never_ask_the_eye(seeing: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the eye was asked")

    before = [(match.path, match.distance) for match in seeing.find(seeing.folder / "drawing 0.png")]
    monkeypatch.setattr("pochade.index.eye_store.eye_rows", fail)
    monkeypatch.setattr("pochade.embedding.installed_eyes.load_eye", fail)
    assert [(match.path, match.distance) for match in seeing.find(seeing.folder / "drawing 0.png")] == before
    assert seeing.families()


def test_words_that_become_another_number_of_numbers_are_one_sentence(seeing: Collection) -> None:
    with pytest.raises(errors.IndexDamaged, match="the eye 'siglip' now gives others"):
        seeing.search_meaning("owl", embed_words=lambda _eye, _words: np.ones(3, np.float32))


def test_words_are_embedded_by_whoever_is_named(seeing: Collection) -> None:
    asked = list[str]()
    query = np.zeros(16, np.float32)
    query[0] = 1

    def embed(_: object, words: str) -> Floats:
        asked.append(words)
        return query

    matches = seeing.search_meaning("Übung -owl am Hafen", embed_words=embed)
    assert asked == ["Übung am Hafen"]
    rows = eye_rows(seeing.models, seeing.index.row_count())
    assert rows is not None
    assert matches[0].picture.row == int(rows[:, 0].argmax())


def test_pictures_are_compared_by_meaning_with_one_of_the_collection_without_a_model(
    seeing: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seeing.pictures()[0]
    rows = eye_rows(seeing.models, seeing.index.row_count())
    assert rows is not None
    monkeypatch.setattr("pochade.organise.meaning_search.load_eye", None)
    matches = seeing.find_by_meaning(first.path, 100)
    assert numbers_of(matches)[0] == first.number
    assert [1 - match.distance for match in matches] == pytest.approx(
        sorted((float(rows[match.picture.row] @ rows[first.row]) for match in matches), reverse=True), abs=1e-5
    )
    assert numbers_of(seeing.meaning_neighbours(first, 99)) == numbers_of(matches)[1:]


def test_any_other_picture_is_embedded_first(seeing: Collection, tmp_path: Path) -> None:
    drawing(3).save(tmp_path / "elsewhere.png")
    matches = seeing.find_by_meaning(tmp_path / "elsewhere.png", 3)
    assert matches[0].path.name == "drawing 3.png"
    assert matches[0].distance < 0.01
    assert numbers_of(seeing.find_by_meaning(drawing(3), 3)) == numbers_of(matches)
    drawing(5).save(seeing.folder / "drawing 3.png")  # changed since it was learnt
    assert seeing.find_by_meaning(seeing.folder / "drawing 3.png", 1)[0].path.name == "drawing 5.png"


def test_comparing_by_meaning_needs_an_eye(collection: Collection) -> None:
    with pytest.raises(errors.UsageError, match="the collection has no eye"):
        collection.find_by_meaning(collection.pictures()[0].path)
    assert collection.meaning_neighbours(collection.pictures()[0], 5) == []


def test_a_question_about_a_picture_may_be_by_meaning(seeing: Collection) -> None:
    image = seeing.folder / "drawing 0.png"
    answer = answer_question(seeing.library, FindQuestion(image, "", by_meaning=True))
    assert list(answer.matches) == seeing.find_by_meaning(image)
