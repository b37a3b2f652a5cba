"""Folders are protected or preferred, with everything below them, wherever their names come from."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade.errors import IndexDamaged, UsageError
from pochade.index import folder_roles
from pochade.index.database import Index
from pochade.index.folder_roles import (
    ROLES_SETTING,
    FolderRole,
    add_folder_roles,
    folder_key,
    read_folder_roles,
    role_of,
    write_folder_role,
)
from pochade.index.settings_store import write_setting
from tests.support.indexed_pictures import index_with_pictures

COMPOSED, DECOMPOSED = "caf\u00e9", unicodedata.normalize("NFD", "caf\u00e9")


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """A folder with subfolders."""
    (tmp_path / "art" / "scans" / "old").mkdir(parents=True)
    (tmp_path / "art" / ".pochade").mkdir()
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "art"


@pytest.fixture
def index(art: Path) -> Iterator[Index]:
    """The index of that folder."""
    with index_with_pictures(art, 1) as opened:
        yield opened


def test_a_role_can_be_given_changed_and_taken_away(index: Index, art: Path) -> None:
    assert write_folder_role(index, "scans/old", "protected") is None
    assert write_folder_role(index, art / "scans", "preferred") is None
    assert read_folder_roles(index) == {"scans": "preferred", "scans/old": "protected"}
    assert write_folder_role(index, Path("scans/old/"), "preferred") == "protected"
    assert write_folder_role(index, "scans/./old", None) == "preferred"
    assert write_folder_role(index, "scans/old", None) is None
    assert read_folder_roles(index) == {"scans": "preferred"}


def test_the_whole_collection_can_have_a_role(index: Index, art: Path) -> None:
    write_folder_role(index, art, "protected")
    assert read_folder_roles(index) == {".": "protected"}
    assert role_of("picture.png", read_folder_roles(index)) == "protected"


def test_the_nearest_folder_with_a_role_counts() -> None:
    roles: dict[str, FolderRole] = {"scans": "protected", "scans/old/mine": "preferred"}
    assert role_of("scans/a.png", roles) == "protected"
    assert role_of(Path("scans/old/a.png"), roles) == "protected"
    assert role_of("scans/old/mine/deep/a.png", roles) == "preferred"
    assert role_of("scans 2/a.png", roles) is None
    assert role_of("scans", roles) is None  # a file of this name
    assert role_of("a.png", {}) is None


def test_a_name_is_the_same_folder_in_both_forms_of_unicode(index: Index, art: Path) -> None:
    (art / DECOMPOSED).mkdir()
    write_folder_role(index, art / DECOMPOSED, "protected")
    assert read_folder_roles(index) == {COMPOSED: "protected"}
    assert role_of(f"{DECOMPOSED}/a.png", read_folder_roles(index)) == "protected"


def test_a_name_that_is_no_utf8_can_have_a_role(index: Index, art: Path) -> None:
    name = b"caf\xe9".decode(errors="surrogateescape")
    (art / name).mkdir()
    write_folder_role(index, name, "protected")
    assert role_of(f"{name}/a.png", read_folder_roles(index)) == "protected"


@pytest.mark.parametrize("folder", ["../elsewhere", "..", "/", ".pochade", "scans/../../elsewhere", "linked", "a\0b"])
def test_a_folder_outside_of_the_collection_is_refused(folder: str, index: Index, art: Path) -> None:
    (art / "linked").symlink_to(art.parent / "elsewhere")
    with pytest.raises(UsageError, match="is no folder of the collection"):
        write_folder_role(index, folder, "protected")
    assert read_folder_roles(index) == {}


def test_a_link_inside_the_collection_means_the_folder_that_it_leads_to(index: Index, art: Path) -> None:
    (art / "linked").symlink_to(art / "scans")
    write_folder_role(index, "linked", "protected")
    assert read_folder_roles(index) == {"scans": "protected"}


def test_a_folder_that_does_not_exist_gets_no_role_but_loses_its_own(index: Index, art: Path) -> None:
    (art / "file").write_bytes(b"")
    for name in ("nothing", "file"):
        with pytest.raises(UsageError, match=f"no folder '{name}'"):
            write_folder_role(index, name, "preferred")
    write_folder_role(index, "scans/old", "preferred")
    (art / "scans" / "old").rmdir()
    assert write_folder_role(index, "scans/old", None) == "preferred"
    assert read_folder_roles(index) == {}


def test_an_unknown_role_is_refused(index: Index) -> None:
    wrong: Any = "precious"
    with pytest.raises(UsageError, match="'precious' is no role"):
        write_folder_role(index, "scans", wrong)


def test_added_roles_replace_none_of_the_persons_own(index: Index) -> None:
    write_folder_role(index, "scans", "protected")
    assert add_folder_roles(index, {"scans": "preferred", "later": "protected"}) == 1
    assert read_folder_roles(index) == {"later": "protected", "scans": "protected"}


@pytest.mark.parametrize(
    "stored",
    ["{", "[]", '"scans"', "[" * 100_000, *map(json.dumps, ({"../x": "protected"}, {"a": "b"}, {"/": "preferred"}))],
    ids=lambda text: text[:20],
)
def test_damaged_roles_are_not_passed_over(stored: str, index: Index) -> None:
    write_setting(index, ROLES_SETTING, stored)
    with pytest.raises(IndexDamaged, match="roles"):
        read_folder_roles(index)


@pytest.mark.parametrize("folder", ["..", "/x", "a/../b", "a/.pochade", ".Pochade", "a\0"])
def test_no_key_leads_out_of_the_collection(folder: str) -> None:
    with pytest.raises(ValueError, match="no folder"):
        folder_key(folder)


@pytest.mark.parametrize(("ignores_case", "role"), [(True, "protected"), (False, None)])
def test_case_counts_where_it_counts_for_the_file_system(
    ignores_case: bool, role: FolderRole | None, index: Index, art: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder_role(index, "scans/old", "protected")
    monkeypatch.setattr(folder_roles, "ignores_case", lambda _: ignores_case)
    roles = read_folder_roles(index)
    assert role_of("Scans/OLD/a.png", roles, art) == role
    assert role_of("Scans/OLD/a.png", roles) is None
    (art / "Scans" / "Old").mkdir(parents=True, exist_ok=True)
    assert write_folder_role(index, "Scans/Old", "preferred") == role
    assert len(read_folder_roles(index)) == (1 if ignores_case else 2)


def test_of_two_spellings_of_a_folder_the_protected_one_counts(art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_roles, "ignores_case", lambda _: True)
    roles: dict[str, FolderRole] = {"Art": "preferred", "aRT": "protected"}
    assert role_of("art/a.png", roles, art) == "protected"
    assert role_of("Art/a.png", roles, art) == "protected"
