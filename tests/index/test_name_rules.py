"""Names of groups and labels are checked, in any language."""

import pytest

from pochade.errors import UsageError
from pochade.index.name_rules import normalise_name


@pytest.mark.parametrize(
    "name",
    [
        "\u6771\u4eac\u3000\u5854",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f3a8",
        "\u00e0\u00a0voir",
    ],
)
def test_names_in_any_language_are_valid(name: str) -> None:
    assert normalise_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[31m", "\ud800", "x" * 257])
def test_unprintable_and_long_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="1 to 256 characters"):
        normalise_name(name)


def test_a_name_is_the_same_however_its_accents_are_typed() -> None:
    assert normalise_name("cafe\u0301") == normalise_name("caf\u00e9") == "caf\u00e9"
