"""The page as it is built: what it rests on."""

from tests.interface import WRITTEN, described


def test_the_pages_types_rest_on_the_interface_as_it_is() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == described(), "run python -m tests.interface"
