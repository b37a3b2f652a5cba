"""`learn --eye` says what an eye is and costs, and asks before anything is fetched or embedded."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from pochade import Collection, errors
from pochade.cli import eye_questions
from pochade.cli.eye_questions import describe_price, duration_of, size_of
from pochade.index.eye_record import EyeRecord
from pochade.learn.eye_choice import EyePrice
from tests.support.command_line import RunCommand
from tests.support.model_hub import REPOSITORY, SmallHub, open_hub
from tests.support.small_eyes import save_dinov2, save_siglip, save_vit

LEARN = ("--minutes", "0", "--eye")


@pytest.fixture(scope="session")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny SigLIP; don't change it."""
    return save_siglip(tmp_path_factory.mktemp("eyes") / "siglip")


@pytest.fixture
def art(art: Path, tmp_path: Path) -> Path:
    """A copy of the learnt folder that the test may change."""
    return Path(copytree(art, tmp_path / "art"))


@pytest.fixture
def hub(siglip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    """A hub with that model."""
    with open_hub(siglip, tmp_path / "cache", monkeypatch) as opened:
        yield opened


def answer(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> list[str]:
    """Answer the coming questions, and return them."""
    questions, coming = list[str](), iter(answers)

    def confirm(question: str) -> bool:
        questions.append(question)
        return next(coming)

    monkeypatch.setattr(eye_questions, "confirm", confirm)
    return questions


def eye_of(art: Path) -> EyeRecord | None:
    """The eye that the collection uses."""
    with Collection.open(art) as collection:
        return collection.eye()


@pytest.mark.usefixtures("hub")
def test_a_model_of_the_hub_is_fetched_and_used_after_two_questions(
    art: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = answer(monkeypatch, True, True)
    code, _, messages = pochade("learn", art, *LEARN, REPOSITORY)
    assert code == 0
    assert questions == ["Fetch it", "Embed them"]
    assert f"'{REPOSITORY}' is {REPOSITORY} (mit) from huggingface.co" in messages
    assert "1 MB would be fetched into" in messages
    assert "takes a minute at most and 1 MB of disk, measured on 8 pictures" in messages
    assert (
        f"groups, labels and the map use the eye '{REPOSITORY}'; 'find' and the page also search by meaning" in messages
    )
    assert eye_of(art) is not None


def test_who_says_no_fetches_nothing_and_learns_nothing(
    art: Path, hub: SmallHub, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, False)
    code, _, messages = pochade("learn", art, *LEARN, REPOSITORY)
    assert code == errors.UsageError.exit_code
    assert f"'{REPOSITORY}' was not fetched" in messages
    assert "give --yes" in messages
    assert hub.fetched() == []
    assert eye_of(art) is None


def test_without_a_terminal_and_without_yes_nothing_is_embedded(art: Path, siglip: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("learn", art, *LEARN, siglip)
    assert code == errors.UsageError.exit_code
    assert f"'siglip' is {siglip} (apache-2.0), in '{siglip}'" in messages
    assert "'siglip' was not used" in messages
    assert eye_of(art) is None


def test_scripts_say_yes_and_info_tells_the_eye_until_none_is_chosen(
    art: Path, siglip: Path, pochade: RunCommand
) -> None:
    result = pochade("learn", art, *LEARN, siglip, "--yes", "--json")
    assert (result.code, result.data["eye_problem"]) == (0, None)
    assert "eye siglip" in pochade("-C", art, "info").output
    assert pochade("-C", art, "info", "--json").data["eye"] == "siglip"
    assert pochade("learn", art, *LEARN, siglip).code == 0  # nothing is left to ask about
    code, _, messages = pochade("learn", art, *LEARN, "none")
    assert code == 0
    assert "use the built-in theme model" in messages
    assert pochade("-C", art, "info", "--json").data["eye"] is None


def test_a_wrong_eye_fails_before_anything_is_learnt(tmp_path: Path, pochade: RunCommand) -> None:
    (tmp_path / "new").mkdir()
    for eye, kind, why in (
        ("siglip3", errors.UsageError, "'siglip3' is no eye"),
        (save_vit(tmp_path / "vit"), errors.UsageError, "is of the family 'vit'"),
        (tmp_path / "new", errors.CheckpointDamaged, "has no config.json"),
    ):
        code, _, messages = pochade("learn", tmp_path / "new", *LEARN, eye, "--yes")
        assert code == kind.exit_code
        assert why in messages
        assert "hint: " in messages
    assert not (tmp_path / "new" / ".pochade").exists()


def test_find_says_which_matches_have_the_words_and_which_are_found_by_meaning(
    art: Path, siglip: Path, pochade: RunCommand
) -> None:
    assert pochade("learn", art, *LEARN, siglip, "--yes").code == 0
    result = pochade("-C", art, "find", "small", "-k", "2")
    assert result.code == 0
    lines = result.output.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("small copy.jpg")
    assert "by meaning, as the eye sees it: the nearest first" in result.messages
    data = pochade("-C", art, "find", "small", "-k", "2", "--json").data
    assert [match.get("by_meaning", False) for match in data] == [False, True, True]
    assert "distance" not in data[0]
    assert data[1]["distance"] <= data[2]["distance"]
    assert [Path(match["path"]).name for match in data] == [line.rpartition("/")[2] for line in lines]
    quoted = pochade("-C", art, "find", '"small"')
    assert "by meaning" not in quoted.messages


def test_find_compares_a_picture_by_meaning_where_that_is_asked_for(
    art: Path, siglip: Path, pochade: RunCommand
) -> None:
    code, _, messages = pochade("-C", art, "find", art / "drawing 0.png", "--meaning")
    assert code == errors.UsageError.exit_code
    assert "the collection has no eye" in messages
    assert pochade("learn", art, *LEARN, siglip, "--yes").code == 0
    data = pochade("-C", art, "find", art / "drawing 0.png", "--meaning", "-k", "3", "--json").data
    assert Path(data[0]["path"]).name == "drawing 0.png"
    assert {match["likelihood"] for match in data} == {0}


def test_an_eye_without_words_does_not_speak_of_them(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    code, _, messages = pochade("learn", art, *LEARN, save_dinov2(tmp_path / "dinov2"), "--yes")
    assert code == 0
    assert "search by meaning" not in messages
    assert "by meaning" not in pochade("-C", art, "find", "small").messages


def test_find_says_why_the_eye_was_not_asked(
    art: Path, siglip: Path, pochade: RunCommand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert pochade("learn", art, *LEARN, siglip, "--yes").code == 0
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another person"))
    code, output, messages = pochade("-C", art, "find", "small")
    assert code == 0
    assert "small copy.jpg" in output
    assert "nothing was searched by meaning: the eye 'siglip' is not installed on this machine" in messages


def test_times_and_sizes_are_said_as_people_say_them() -> None:
    assert [duration_of(seconds) for seconds in (0, 89, 90, 1500, 12_600)] == [
        "a minute at most", "a minute at most", "about 2 minutes", "about 25 minutes", "about 3.5 hours",
    ]  # fmt: skip
    assert [size_of(size) for size in (0, 4_400_000, 1_540_000_000)] == ["1 MB", "4 MB", "1.5 GB"]
    price = EyePrice(EyeRecord("0" * 16, "x", 768, True), 1, 1, 90.0, 3072)
    assert describe_price(price) == "embedding 1 picture takes about 2 minutes and 1 MB of disk, measured on 1 picture"
