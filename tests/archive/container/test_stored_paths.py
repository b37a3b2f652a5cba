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


def test_a_name_is_cut_by_its_bytes_in_little_time() -> None:
    assert stored_paths.truncate("ä" * 10**6, 255) == "ä" * 127
    assert stored_paths.truncate("x", 0) == ""


def test_folders_of_long_paths_are_known_without_a_list_of_them() -> None:
    search = stored_paths.FolderSearch(["a/b/c", "a.b/c", "a b", "z"])
    assert [path for path in ("a", "a/b", "a/b/c", "a.b", "a b", "z", "y", "") if search.is_folder(path)] == [
        "a",
        "a/b",
        "a.b",
    ]
