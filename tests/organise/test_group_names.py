"""Groups get names that set them apart, and no two are alike."""

from collections.abc import Set

from hypothesis import given
from hypothesis import strategies as st

from pochade.organise.group_names import GroupEvidence, distinctive_words, name_groups


def pictures(*words: str, count: int = 5) -> list[Set[str]]:
    """The words of some pictures that all have the same ones."""
    return [frozenset(words)] * count


def test_a_name_has_the_words_that_siblings_lack() -> None:
    owls, boats = pictures("art", "owl"), pictures("art", "boat")
    names = name_groups([GroupEvidence(1, owls), GroupEvidence(2, boats)], [*owls, *boats], [])
    assert names == {1: "owl", 2: "boat"}


def test_words_of_a_mixed_group_add_pictures_that_the_first_word_misses() -> None:
    birds, fish = pictures("animal", "bird", count=6), pictures("sea", "fish", count=4)
    others = pictures("boat", count=10)
    words = distinctive_words([*birds, *fish], {"animal": 6, "bird": 6, "sea": 4, "fish": 4, "boat": 10}, 20)
    assert words == ["animal", "fish"]
    assert not distinctive_words(others, {"boat": 20}, 20)


def test_a_word_of_a_single_picture_names_no_group() -> None:
    group = [frozenset({"erich"}), *pictures("owl"), frozenset({"benji"})]
    assert distinctive_words(group, {"owl": 5, "erich": 1, "benji": 1}, 50) == ["owl"]


def test_looks_name_a_group_whose_files_have_no_words() -> None:
    looks = ["pencil", "dark", "fewer details"]
    groups = [GroupEvidence(1, pictures(), looks), GroupEvidence(2, pictures(), ["painted"])]
    assert name_groups(groups, pictures(count=10), []) == {1: "pencil, dark", 2: "painted"}


def test_one_look_is_added_to_words() -> None:
    owls = pictures("owl")
    group = GroupEvidence(1, owls, ["pencil", "dark"])
    assert name_groups([group], [*owls, *pictures("boat")], []) == {1: "owl, pencil"}


def test_names_that_would_be_alike_get_more_words() -> None:
    owls = pictures("owl")
    groups = [
        GroupEvidence(1, owls, ["pencil", "darker"]),
        GroupEvidence(2, owls, ["pencil", "lighter"]),
        GroupEvidence(3, owls, ["pencil"]),
        GroupEvidence(4, owls, ["pencil"]),
    ]
    names = name_groups(groups, [*owls * 4, *pictures("boat")], ["Pencil, OWL"])
    assert names == {1: "owl, pencil, darker", 2: "owl, pencil, lighter", 3: "owl, pencil, a", 4: "owl, pencil, b"}


words = st.sampled_from(["owl", "boat", "sea", "tree", "house"])
evidence = st.tuples(st.lists(st.frozensets(words), min_size=1, max_size=6), st.lists(words, max_size=3, unique=True))


@given(st.lists(evidence, max_size=12), st.lists(words, max_size=3))
def test_no_two_names_are_alike_and_none_has_a_number(
    groups: list[tuple[list[Set[str]], list[str]]], taken: list[str]
) -> None:
    given_groups = [GroupEvidence(number, *group) for number, group in enumerate(groups)]
    around = [picture for group in given_groups for picture in group.words]
    names = [frozenset(name.replace(",", "").split()) for name in name_groups(given_groups, around, taken).values()]
    assert len({*names, *(frozenset({name}) for name in taken)}) == len(names) + len(set(taken))
    assert all(name and not any(word.isdigit() for word in name) for name in names)
