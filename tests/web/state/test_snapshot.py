"""The snapshot of the pictures: when it is read again, and when it is kept."""

import os
from pathlib import Path

import pytest

from pochade import Collection
from pochade.web.state.snapshot import SnapshotCache
from tests.support.drawings import folder_of_art
from tests.support.web_client import keys_by_path, serve


def test_writing_labels_does_not_make_the_pictures_be_read_again(editable_folder: Path) -> None:
    with Collection.open(editable_folder) as collection:
        snapshots = SnapshotCache(collection)
        snapshots.current()  # opening the database may create its -wal file, which changes the stamp once
        before = snapshots.current()
        by_key = before.by_key
        with snapshots.keep_snapshot():
            collection.label(before.files[:1], "red")
        assert snapshots.current().files is before.files
        assert snapshots.current().by_key is by_key


@pytest.mark.slow
def test_a_name_that_is_not_utf_8_can_be_shown(tmp_path: Path) -> None:
    folder = folder_of_art(tmp_path / "art", 2)
    try:
        os.rename(os.fsencode(folder / "drawing 0.png"), os.fsencode(folder) + b"/gr\xfcn.png")  # noqa: PTH104
    except OSError:
        pytest.skip("this disk takes no such name")
    with Collection.open(folder) as collection:
        collection.learn(minutes=0)
    with serve(folder) as client:
        key = keys_by_path(client)["gr\N{REPLACEMENT CHARACTER}n.png"]
        assert client.get(f"/api/pictures/{key}").status_code == 200
