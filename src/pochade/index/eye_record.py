"""What an index knows of its eye: enough to name it, and to find its embeddings; never where the model is."""

import json
import re
from dataclasses import asdict, dataclass

EYE_SETTING = "eye"  # in the database; missing, or "none", as long as the theme model is used
MAX_COLUMNS = 8192
MAX_NAME_LENGTH = 200
_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class EyeRecord:
    """The eye of a collection."""

    key: str  # 16 digits of a hash of the model
    name: str  # as the person called it
    columns: int  # numbers in an embedding
    knows_words: bool

    def to_json(self) -> str:
        """Write the record."""
        return json.dumps(asdict(self))


def parse_eye_record(text: str | None) -> EyeRecord | None:
    """Read what `EyeRecord.to_json` wrote; None if it is missing, or impossible, as a stranger's may be."""
    try:
        fields = json.loads(text or "null")
        record = EyeRecord(fields["key"], fields["name"], fields["columns"], fields["knows_words"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_possible = (
        isinstance(record.key, str)
        and _KEY.fullmatch(record.key)
        and isinstance(record.name, str)
        and 0 < len(record.name) <= MAX_NAME_LENGTH
        and record.name.isprintable()
        and type(record.columns) is int
        and 0 < record.columns <= MAX_COLUMNS
        and isinstance(record.knows_words, bool)
    )
    return record if is_possible else None
