"""Paths of any system survive the manifest."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.container import entry_names, stored_paths


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=4))
def test_every_file_name_survives_the_manifest(parts: list[bytes]) -> None:
    parts = [part.replace(b"/", b"_").replace(b"\0", b"_") for part in parts]
    path = b"/".join(b"x" if part in {b".", b".."} else part for part in parts)
    stored = stored_paths.to_stored_path(path)
    stored_paths.check_path(stored)
    assert json.loads(json.dumps(stored)) == stored
    assert stored_paths.to_system_path(stored) == path
    names = entry_names.EntryNames()
    entry_names_chosen = [
        entry_names.choose_entry_name(stored_paths.printable_path(stored), suffix, names)
        for suffix in (".jxl", "", ".xz", ".jxl", "")
    ]
    assert len({name.lower() for name in entry_names_chosen}) == len(entry_names_chosen)
