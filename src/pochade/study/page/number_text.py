"""Numbers as text, with the same decimals wherever the same kind of number is shown."""

import math

MISSING = "–"


def decimal_text(value: float | None, decimals: int = 2) -> str:
    """A number with a fixed count of decimals, and commas between thousands; a dash for a missing one."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{value:,.{decimals}f}"


def count_text(value: float | None) -> str:
    """A whole number with commas between thousands."""
    return decimal_text(value, 0)


def error_text(value: float | None) -> str:
    """A mean squared error of pixels in [0, 1]: four decimals."""
    return decimal_text(value, 4)


def percent_text(share: float | None, decimals: int = 1) -> str:
    """A share of 0 to 1 as a percentage."""
    return MISSING if share is None or not math.isfinite(share) else f"{decimal_text(100 * share, decimals)} %"


def byte_text(value: float | None) -> str:
    """A number of bytes: one decimal below ten, whole ones above."""
    return decimal_text(value, 1 if value is not None and abs(value) < 10 else 0)  # noqa: PLR2004


def is_number(value: float | None) -> bool:
    """Whether a number was measured and is finite."""
    return value is not None and math.isfinite(value)
