"""The rules for names of groups and labels.

Names are stored in Unicode's composed form (NFC). Otherwise "é" typed on macOS and on Linux would be two labels.
"""

import unicodedata

from pochade.errors import UsageError

MAX_NAME_LENGTH = 256  # characters
UNPRINTABLE_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}  # control characters, surrogates, line and paragraph separators


def normalise_name(text: str) -> str:
    """Strip the blanks around a name, compose its letters (NFC), and check that it can be printed on one line.

    Raises:
        UsageError: The name is empty, too long, or has characters that can't be printed on one line.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not 0 < len(name) <= MAX_NAME_LENGTH or any(
        unicodedata.category(letter) in UNPRINTABLE_CATEGORIES for letter in name
    ):
        raise UsageError(
            f"a name has 1 to {MAX_NAME_LENGTH} characters that can be printed on one line",
            "choose a shorter name without line breaks" if name else "give a name",
        )
    return name
