"""Roles of folders: what the person said about all files in them.

Nothing in a "protected" folder is ever proposed for removal. Of several files of one picture, the one in a "preferred"
folder is kept. A file has the role of the nearest folder above it that has one.

Paths are relative to the collection's folder, with slashes, in Unicode's composed form (NFC); "." is the collection.
Where the file system ignores the case of names, so does the comparison of paths.
"""

import json
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Literal, get_args

import sqlalchemy as sql

from pochade.errors import IndexDamaged, UsageError
from pochade.index.database import Index
from pochade.index.known_words import check_word
from pochade.index.path_rules import DAMAGED_HINT, is_inside
from pochade.index.settings_store import read_setting, setting_in, write_setting_in
from pochade.system.file_systems import ignores_case
from pochade.system.path_text import printable

FolderRole = Literal["protected", "preferred"]
FOLDER_ROLE_WORDS: tuple[FolderRole, ...] = get_args(FolderRole)
ROLES_SETTING = "folder_roles"  # a JSON object: roles by folder
WHOLE_COLLECTION = "."


def read_folder_roles(index: Index) -> dict[str, FolderRole]:
    """Read the roles of all folders that have one, by their paths below the collection's folder, sorted.

    Raises:
        IndexDamaged: The roles can't be read. They are not passed over, as files would lose their protection.
    """
    return _parse_setting(read_setting(index, ROLES_SETTING))


def write_folder_role(index: Index, folder: Path | str, role: FolderRole | None) -> FolderRole | None:
    """Give a folder a role; it replaces an earlier one.

    Args:
        index: The database, which was opened with the collection's folder.
        folder: A folder of the collection: absolute, or relative to the collection's folder.
        role: The role; None takes it away, even if the folder doesn't exist any more.

    Returns:
        The role before, so that the change can be undone; None if there was none.

    Raises:
        UsageError: The folder is outside of the collection or doesn't exist, or there is no such role.
    """
    key = _find_key(index.folder or Path(), folder, must_exist=role is not None)
    if role is not None:
        check_folder_role(role)
    with index.writing() as connection:
        roles = _parse_setting(setting_in(connection, ROLES_SETTING))
        key = _known_key(key, roles, index.folder)
        before = roles.pop(key, None)
        if role is not None:
            roles[key] = role
        _write_roles(connection, roles)
    return before


def add_folder_roles(index: Index, roles: Mapping[str, FolderRole]) -> int:
    """Give roles to folders that have none, whether the folders exist or not; return how many were given.

    Args:
        index: The database.
        roles: Roles by `folder_key`.
    """
    with index.writing() as connection:
        present = _parse_setting(setting_in(connection, ROLES_SETTING))
        new = {folder: role for folder, role in roles.items() if folder not in present}
        if new:
            _write_roles(connection, present | new)
    return len(new)


def role_of(path: PurePath | str, roles: Mapping[str, FolderRole], root: Path | None = None) -> FolderRole | None:
    """The role of a file: that of the nearest folder above it that has one.

    Args:
        path: The file's path, relative to the collection's folder.
        roles: The roles that `read_folder_roles` returned.
        root: The collection's folder, whose file system may ignore case; None if case counts.
    """
    folders = PurePath(path).parents if roles else ()
    keys = (_known_key(folder_key(folder), roles, root) for folder in folders)
    return next((roles[key] for key in keys if key in roles), None)


def _known_key(key: str, roles: Mapping[str, FolderRole], root: Path | None) -> str:
    """The key under which a folder has a role, perhaps in another case; of several, the protected one."""
    if root is None or not ignores_case(root):
        return key
    alike = sorted(known for known in roles if known.casefold() == key.casefold())
    return next((known for known in alike if roles[known] == "protected"), alike[0] if alike else key)


def folder_key(folder: PurePath | str) -> str:
    """The form in which a folder's path is stored.

    Args:
        folder: The folder's path, relative to the collection's folder.

    Raises:
        ValueError: The path leads out of the collection, or into the index.
    """
    key = unicodedata.normalize("NFC", PurePath(folder).as_posix())
    if key != WHOLE_COLLECTION and not is_inside(os.fsencode(key)):
        raise ValueError(f"{key!a} is no folder of a collection")
    return key


def check_folder_role(word: str) -> FolderRole:
    """Return a role.

    Raises:
        UsageError: There is no such role.
    """
    return check_word(word, FOLDER_ROLE_WORDS, "role of a folder")


def _find_key(root: Path, folder: Path | str, *, must_exist: bool) -> str:
    """Find the stored form of a folder's path. Links are followed, as the files lie where they lead."""
    try:
        place = Path(os.path.realpath(root / folder))
        key = folder_key(place.relative_to(os.path.realpath(root)))
    except ValueError as error:
        raise UsageError(
            f"'{printable(folder)}' is no folder of the collection", "choose a folder inside of it"
        ) from error
    if must_exist and not os.path.isdir(place):  # noqa: PTH112  never raises, unlike `Path.is_dir`
        raise UsageError(f"there is no folder '{printable(folder)}' in the collection", "check its name")
    return key


def _parse_setting(text: str | None) -> dict[str, FolderRole]:
    """Parse the stored roles, which may come from a stranger."""
    try:
        data: Any = json.loads(text or "{}")
        return {folder_key(folder): check_folder_role(role) for folder, role in sorted(data.items())}
    except (AttributeError, TypeError, ValueError, RecursionError, UsageError) as error:
        raise IndexDamaged("the index is damaged: the roles of its folders can't be read", DAMAGED_HINT) from error


def _write_roles(connection: sql.Connection, roles: Mapping[str, FolderRole]) -> None:
    write_setting_in(connection, ROLES_SETTING, json.dumps(dict(sorted(roles.items()))))
