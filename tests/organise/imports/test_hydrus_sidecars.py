"""Tags beside pictures are read as Hydrus writes them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pochade.organise.imports.foreign_items import ForeignItem, LeftOut
from pochade.organise.imports.hydrus_sidecars import _tags_of_json, read_tag_sidecars
from pochade.organise.imports.picture_folders import list_pictures
from tests.support.sidecar_files import write_picture

ANY_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tags", "urls", "a"]), inner),
    max_leaves=12,
)


def read(folder: Path) -> list[ForeignItem | LeftOut]:
    return list(read_tag_sidecars(list_pictures(folder, folder / ".pochade")))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cat.png.txt", "creator:somebody\nblue sky\n\nhttps://example.com/1\nblue sky"),
        ("cat.png.txt", "creator:somebody, blue sky"),
        ("cat.png.tags.txt", "\ufeffcreator:somebody\r\nblue sky"),
        ("cat.txt", "creator:somebody\nblue sky"),
        ("cat.png.json", '["creator:somebody", "blue sky", 7]'),
        ("cat.png.json", '{"metadata": {"urls": ["http://example.com"], "tags": ["creator:somebody", "blue sky"]}}'),
        ("cat.png.json", '{"tags": {"mine": ["creator:somebody"], "others": ["blue sky"]}}'),
        ("cat.json", '{"Tags": ["creator:somebody", "blue sky"]}'),
    ],
)
def test_tags_are_read_in_every_form(tmp_path: Path, name: str, text: str) -> None:
    cat = write_picture(tmp_path, "cat.png")
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(tmp_path) == [ForeignItem(cat, ("creator:somebody", "blue sky"), "cat.png")]


def test_a_name_that_two_pictures_share_belongs_to_neither(tmp_path: Path) -> None:
    for name in ("cat.png", "cat.jpg"):
        write_picture(tmp_path, name)
    (tmp_path / "cat.txt").write_text("sold")
    assert read(tmp_path) == []


def test_other_json_beside_pictures_has_no_tags(tmp_path: Path) -> None:
    write_picture(tmp_path, "cat.png")
    (tmp_path / "cat.png.json").write_text(json.dumps({"title": "cat", "people": [{"name": "Tom"}], "tags": "a b"}))
    assert read(tmp_path) == []


def test_bad_sidecars_are_left_out_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c", "d", "e"):
        write_picture(tmp_path / "in", f"{name}.png")
    (tmp_path / "in" / "a.png.json").write_text("{")
    (tmp_path / "in" / "b.png.json").write_text('{"tags": ' + "[" * 100_000)
    (tmp_path / "in" / "c.png.txt").write_bytes(b"x" * (2**20 + 1))
    (tmp_path / "in" / "d.png.txt").symlink_to("/etc/passwd")
    (tmp_path / "in" / "e.png.txt").write_bytes(b"caf\xe9\nsold")
    *left_out, item = read(tmp_path)
    assert left_out == [
        LeftOut("in/a.png.json", "is no JSON that can be read"),
        LeftOut("in/b.png.json", "is no JSON that can be read"),
        LeftOut("in/c.png.txt", "is too large: 1,048,577 bytes, and 1,048,576 bytes are allowed"),
        LeftOut("in/d.png.txt", "is a link, which is not followed"),
    ]
    assert isinstance(item, ForeignItem)
    assert item.labels == ("caf\ufffd", "sold")


@given(ANY_JSON)
def test_only_texts_come_from_any_json(data: object) -> None:
    assert all(isinstance(tag, str) for tag in _tags_of_json(data))
