"""Numbers of one kind have the same decimals everywhere."""

import pytest

from pochade.study.page.number_text import byte_text, count_text, decimal_text, error_text, is_number, percent_text


def test_decimals_are_fixed_and_thousands_have_commas() -> None:
    assert [decimal_text(value) for value in (0.9, 1, 1234.567)] == ["0.90", "1.00", "1,234.57"]
    assert error_text(0.00160436) == "0.0016"
    assert count_text(46529) == "46,529"


def test_shares_are_percentages() -> None:
    assert [percent_text(share) for share in (0.024, 1.0)] == ["2.4 %", "100.0 %"]


def test_bytes_have_a_decimal_only_where_it_matters() -> None:
    assert [byte_text(value) for value in (8.31, 12.0, 2304.0)] == ["8.3", "12", "2,304"]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_was_not_measured_is_a_dash(value: float | None) -> None:
    assert {decimal_text(value), error_text(value), percent_text(value), byte_text(value)} == {"–"}
    assert not is_number(value)
