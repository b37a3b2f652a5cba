"""What an index says of its eye is read back as it was, and a stranger's nonsense counts as no eye."""

import json
from typing import Any

import pytest

from pochade.index.eye_record import EyeRecord, parse_eye_record

RECORD = EyeRecord("0123456789abcdef", "siglip2", 768, True)


def test_a_record_is_read_as_it_was_written() -> None:
    assert parse_eye_record(RECORD.to_json()) == RECORD


@pytest.mark.parametrize("text", [None, "", "none", "{", "[]", "7", "{}", "[" * 100_000, '"a"'])
def test_anything_else_is_no_eye(text: str | None) -> None:
    assert parse_eye_record(text) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "../../../etc/pass"),
        ("key", 7),
        ("name", ""),
        ("name", "x" * 201),
        ("name", "a\x1b[2J"),
        ("name", None),
        ("columns", 0),
        ("columns", 10**9),
        ("columns", True),
        ("columns", 1.5),
        ("knows_words", "yes"),
    ],
)
def test_an_impossible_value_is_no_eye(field: str, value: Any) -> None:
    fields = json.loads(RECORD.to_json()) | {field: value}
    assert parse_eye_record(json.dumps(fields)) is None
