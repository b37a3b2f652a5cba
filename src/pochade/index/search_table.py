"""The table that is searched by words: one row per picture, made of other tables, in SQLite and in Postgres.

SQLite has a virtual table of its full text search, FTS5, with a column per field. Postgres has one column of type
`tsvector` that holds every word twice, plain and behind the name of its field: `harbour` and `_labels_harbour`. Both
get the words of `search_words.py`, so both find the same.

    names       of all files of the picture      captions    titles, captions and keywords in the file
    folders     in which these files are         prompts     of the generator that made it
    labels      that the person gave             facts       format, colour, shape
                                                 technique
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sql

from pochade.index.search_query import TextTerm

SEARCH_TABLE, PICTURES_TABLE = "search", "pieces"
FIELDS = ("names", "folders", "labels", "captions", "prompts", "facts", "technique")
BREAK = "_"  # a word that nobody can search: no phrase goes on from one label or file to the next
EVERY_ROW = f'facts : "{BREAK}"'  # matches all rows of SQLite's table
SQLITE_DEFINITION = (
    f"CREATE VIRTUAL TABLE {SEARCH_TABLE} USING fts5({', '.join(FIELDS)}, tokenize=\"ascii tokenchars '{BREAK}'\", "
    "prefix='1 2 3')"
)
POSTGRES_DEFINITIONS = (
    f"CREATE TABLE {SEARCH_TABLE} "
    f"(number INTEGER PRIMARY KEY REFERENCES {PICTURES_TABLE} (id), words TSVECTOR NOT NULL)",
    f"CREATE INDEX ix_{SEARCH_TABLE}_words ON {SEARCH_TABLE} USING gin (words)",
)
MAX_POSITION = 16_383  # in a tsvector; words behind it are found, but not in phrases
MAX_POSITIONS = 255  # of one word in a tsvector
Fields = Mapping[str, Sequence[str]]  # the words of each field, with a break behind each text
Number = sql.ColumnElement[int]


def create_search_table(connection: sql.Connection) -> None:
    """Create the empty table; an earlier one is removed."""
    connection.execute(sql.text(f"DROP TABLE IF EXISTS {SEARCH_TABLE}"))
    definitions = (SQLITE_DEFINITION,) if _is_sqlite(connection) else POSTGRES_DEFINITIONS
    for definition in definitions:
        connection.execute(sql.text(definition))


def write_rows(connection: sql.Connection, fields_by_number: Mapping[int, Fields]) -> None:
    """Replace the rows of pictures, by the numbers of the pictures."""
    delete_rows(connection, fields_by_number)
    if not fields_by_number:
        return
    if _is_sqlite(connection):
        rows = [
            {"number": number, **{field: " ".join(fields[field]) for field in FIELDS}}
            for number, fields in fields_by_number.items()
        ]
        marks = ", ".join(f":{field}" for field in FIELDS)
        connection.execute(
            sql.text(f"INSERT INTO {SEARCH_TABLE} (rowid, {', '.join(FIELDS)}) VALUES (:number, {marks})"), rows
        )
    else:
        rows = [{"number": number, "words": _tsvector(fields)} for number, fields in fields_by_number.items()]
        connection.execute(
            sql.text(f"INSERT INTO {SEARCH_TABLE} (number, words) VALUES (:number, CAST(:words AS tsvector))"), rows
        )


def delete_rows(connection: sql.Connection, numbers: Iterable[int]) -> None:
    """Delete the rows of pictures, by the numbers of the pictures."""
    if rows := [{"number": number} for number in numbers]:
        key = "rowid" if _is_sqlite(connection) else "number"
        connection.execute(sql.text(f"DELETE FROM {SEARCH_TABLE} WHERE {key} = :number"), rows)


def match_terms(connection: sql.Connection, terms: Sequence[TextTerm]) -> tuple[Number, sql.ColumnElement[bool]]:
    """The column with the numbers of the pictures, and the condition that a picture meets all terms.

    Args:
        connection: Tells the database.
        terms: At least one.
    """
    included = [term for term in terms if not term.is_excluded]
    excluded = [term for term in terms if term.is_excluded]
    if _is_sqlite(connection):
        key, condition = "rowid", f"{SEARCH_TABLE} MATCH :words"
        query = f"({' AND '.join(map(_sqlite_phrase, included)) or EVERY_ROW})"
        query += f" NOT ({' OR '.join(map(_sqlite_phrase, excluded))})" if excluded else ""
    else:
        key, condition = "number", "words @@ CAST(:words AS tsquery)"
        query = " & ".join([*map(_postgres_phrase, included), *(f"!{_postgres_phrase(term)}" for term in excluded)])
    table = sql.table(SEARCH_TABLE, sql.column(key, sql.Integer))
    return table.c[key], sql.text(condition).bindparams(words=query)  # type: ignore[return-value]


def _is_sqlite(connection: sql.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _sqlite_phrase(term: TextTerm) -> str:
    phrase = f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}'
    return f"{term.field} : {phrase}" if term.field else phrase


def _postgres_phrase(term: TextTerm) -> str:
    words = [f"'{_in_field(term.field, word) if term.field else word}'" for word in term.words]
    return f"({' <-> '.join(words)}{':*' if term.is_prefix else ''})"


def _tsvector(fields: Fields) -> str:
    """The text of a tsvector: every word, plain and with its field, with its positions."""
    positions: dict[str, list[int]] = {}
    for position, (field, word) in enumerate(_words_with_breaks(fields), 1):
        if word != BREAK:
            place = min(position, MAX_POSITION)
            positions.setdefault(word, []).append(place)
            positions.setdefault(_in_field(field, word), []).append(place)
    return " ".join(f"'{word}':{','.join(map(str, places[:MAX_POSITIONS]))}" for word, places in positions.items())


def _in_field(field: str, word: str) -> str:
    """A word behind its field; it begins as no plain word does, so that no beginning of a plain word matches it."""
    return f"{BREAK}{field}{BREAK}{word}"


def _words_with_breaks(fields: Fields) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        yield from ((field, word) for word in fields[field])
        yield field, BREAK
