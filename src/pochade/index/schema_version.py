"""The version of the schema that this code writes; `schema.py` has the tables and the migrations."""

SCHEMA_VERSION = 5
