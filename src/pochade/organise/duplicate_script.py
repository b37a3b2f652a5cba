"""A shell script that sets duplicates aside, for disks without a trash. A person reads and runs it."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pochade.organise.family_model import DUPLICATE_KINDS, Family, FamilyMember, are_one_file
from pochade.organise.removal_plan import FamilyChoice, preselected_choice
from pochade.system.atomic_files import write_atomically
from pochade.system.overwrite import check_overwrite, check_parent_folder
from pochade.system.path_text import printable

ASIDE_SUFFIX = " - set aside"  # of a folder beside the collection, where `learn` doesn't find the files again
SCRIPT_HEAD = """\
#!/bin/sh
{signature}
# Read it, then run it; you may give another folder for the copies. Remove the first # of a line to move that file, too.
set -eu
aside={aside}
if [ $# -gt 0 ]; then mkdir -p -- "$1"; aside=$(CDPATH= cd -- "$1" && pwd); fi
cd -- {folder}
move() {{ mkdir -p -- "$aside/$(dirname -- "$1")" && mv -n -- "$1" "$aside/$1"; }}
# Of two files, the first stays and the second goes:
same() {{ if [ ! -L "$1" ] && [ ! -L "$2" ] && [ ! "$1" -ef "$2" ] && cmp -s -- "$1" "$2"; then move "$2"; fi; }}
seen() {{ if [ -s "$1" ] && [ ! -L "$2" ] && [ -f "$2" ]; then move "$2"; fi; }}  # only looks the same
# A link, which leads to a file that also goes; and another name of a file (hard link), which has several:
link() {{ if [ -f "$1" ] && [ -L "$2" ]; then move "$2"; fi; }}
name() {{ if [ "$1" -ef "$2" ] && [ -n "$(find "$2" -prune -type f -links +1)" ]; then move "$2"; fi; }}
# The same picture in two files, which still have these sizes in bytes:
has() {{ [ -f "$1" ] && [ "$(wc -c < "$1")" -eq "$2" ]; }}
resave() {{ if has "$1" "$3" && has "$2" "$4" && [ ! "$1" -ef "$2" ]; then seen "$1" "$2"; fi; }}
"""
MOVING_COMMANDS = ("same ", "link ", "name ", "seen ", "resave ")
SIGNATURE = "# Pochade's list of copies to set aside"  # the second line of every script


def write_duplicate_script(families: Sequence[Family], folder: Path, to: Path) -> int:
    """Write a script that sets aside the preselected files: exact copies, and resaves that were proved to be such.

    Before each move, the script compares the bytes again, or the sizes where the bytes differ. It lists other
    duplicates as comments, which a person can turn into commands. It does not touch versions and variants.

    Args:
        families: The families.
        folder: The folder of the collection. Each file is moved to the same path below the folder of files set aside.
        to: The script to write.

    Returns:
        The number of files that the script moves.

    Raises:
        OutputUnwritable: The script can't be written, or another file is at its path.
    """
    check_script_path(to)
    text, count = duplicate_script_text(families, folder)
    write_atomically(to, os.fsencode(text))
    to.chmod(0o755)
    return count


def duplicate_script_text(families: Sequence[Family], folder: Path) -> tuple[str, int]:
    """Compose a script that sets aside the preselected files, and count the files that it moves."""
    return _compose([line for family in families for line in _family_lines(family, folder)], folder)


def chosen_script_text(choices: Sequence[FamilyChoice], folder: Path) -> tuple[str, int]:
    """Compose a script that sets aside the files that a person chose, and count the files that it moves."""
    return _compose([line for choice in choices for line in _choice_lines(choice, folder)], folder)


def check_script_path(to: Path) -> None:
    """Check that a script may be written to a path: the path is free, or holds an earlier script.

    Raises:
        OutputUnwritable: Another file is at the path, or its folder does not exist.
    """
    check_parent_folder(to)
    check_overwrite(to, "already exists and is not a script that Pochade wrote", is_ours=_is_script)


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(200).split(b"\n")[1:2] == [SIGNATURE.encode()]
    except OSError:
        return False


def _compose(lines: Sequence[str], folder: Path) -> tuple[str, int]:
    aside = shlex.quote(os.fspath(folder) + ASIDE_SUFFIX)
    head = SCRIPT_HEAD.format(signature=SIGNATURE, aside=aside, folder=shlex.quote(os.fspath(folder)))
    return "\n".join([head, *lines, ""]), sum(line.startswith(MOVING_COMMANDS) for line in lines)


def _family_lines(family: Family, folder: Path) -> Iterator[str]:
    """The lines for one family: a command for each preselected file, and a comment for other duplicates."""
    yield f"\n# {_comment(family.cover.relative_to(folder))}: {family.reason}"
    choice, hard_links = preselected_choice(family), family.hard_links()
    staying = _staying_copies(choice, folder)
    for member in family.members[1:]:
        path = member.path.relative_to(folder)
        if member.path in choice.aside:
            yield _preselected_line(member, family.members[0], staying, folder)
        elif member.path in hard_links:
            yield f"# {_comment(path)} is the same file under another name, and takes no room"
        elif member.path.is_symlink():
            yield f"# {_comment(path)} is a link, and takes no room"
        elif member.kind in DUPLICATE_KINDS and str(path).isprintable():
            yield f"# move {_shell_word(path)}  # {member.kind}, {member.likelihood:.0%}"


def _preselected_line(member: FamilyMember, cover: FamilyMember, staying: Mapping[int, Path], folder: Path) -> str:
    """The command for a preselected file, which names a file that stays: one with the same bytes, or the cover."""
    path = _shell_word(member.path.relative_to(folder))
    if member.picture.number in staying:
        stays = staying[member.picture.number]
        return f"{_command(member.path, folder / stays)} {_shell_word(stays)} {path}"
    return f"resave {_shell_word(cover.path.relative_to(folder))} {path} {cover.picture.bytes} {member.picture.bytes}"


def _command(path: Path, stays: Path) -> str:
    """The command that moves a file while a file with the same bytes stays."""
    if path.is_symlink():
        return "link"
    return "name" if are_one_file(path, stays) else "same"


def _staying_copies(choice: FamilyChoice, folder: Path) -> dict[int, Path]:
    """A file of each picture that stays in a family, by the picture's number; the cover before others."""
    staying = [member for member in choice.family.members if member.path not in choice.aside]
    return {member.picture.number: member.path.relative_to(folder) for member in reversed(staying)}


def _choice_lines(choice: FamilyChoice, folder: Path) -> Iterator[str]:
    """The lines for one choice: a command for each file to set aside, which also names a file that stays."""
    yield f"\n# {_comment(choice.keep.relative_to(folder))} stays"
    staying_copies = _staying_copies(choice, folder)
    for member in choice.family.members:
        if member.path in choice.aside:
            command, stays = "seen", choice.keep.relative_to(folder)
            if member.picture.number in staying_copies:
                stays = staying_copies[member.picture.number]
                command = _command(member.path, folder / stays)
            yield f"{command} {_shell_word(stays)} {_shell_word(member.path.relative_to(folder))}"


def _shell_word(path: Path) -> str:
    """Quote a relative path for the shell, so that it is one word and can't be taken for an option."""
    return shlex.quote(f"./{os.fspath(path)}")


def _comment(path: Path) -> str:
    """A path without unprintable characters, such as line breaks, which would end the comment."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in printable(path))
