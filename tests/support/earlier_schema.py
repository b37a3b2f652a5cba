"""The database of an index as earlier versions wrote it."""

import sqlalchemy as sql


def write_fourth_schema(connection: sql.Connection) -> None:
    """Remove what schema 5 added: the texts of files, the table of searched words, and the dates in an index."""
    for statement in (
        "DROP TABLE search",
        "DROP TABLE texts",
        "DROP INDEX ix_files_piece_mtime",
        "CREATE INDEX ix_files_piece ON files (piece)",
        "UPDATE settings SET value = '4' WHERE name = 'schema'",
    ):
        connection.execute(sql.text(statement))


def write_third_schema(connection: sql.Connection) -> None:
    """Turn the tables of pairs into those of schema 3, with one scored pair."""
    write_fourth_schema(connection)
    for statement in (
        "DROP TABLE relations",
        "DROP TABLE verdicts",
        "CREATE TABLE pairs (first INTEGER NOT NULL, second INTEGER NOT NULL, near FLOAT NOT NULL, "
        "version FLOAT NOT NULL, PRIMARY KEY (first, second), FOREIGN KEY(first) REFERENCES pieces (id), "
        "FOREIGN KEY(second) REFERENCES pieces (id))",
        "INSERT INTO pairs (first, second, near, version) VALUES (1, 2, 0.9, 0.1)",
        "INSERT INTO settings (name, value) VALUES ('pairs', 'a model of schema 3')",
        "UPDATE settings SET value = '3' WHERE name = 'schema'",
    ):
        connection.execute(sql.text(statement))
