"""A shell script that sets copies aside, for the person to read and to run: Pochade itself moves nothing."""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import OutputUnwritable
from pochade.images.base.source import printable
from pochade.organise.family_model import Family
from pochade.organise.family_sheets import check_folder
from pochade.system.atomic_files import write_atomically

ASIDE = " - set aside"  # after the folder's name: beside it, so that the next `learn` does not find them again
HEAD = """\
#!/bin/sh
{first}
# Read it, then run it; another folder for the copies may be given. Take the first # away from what shall go, too.
set -eu
aside={aside}
if [ $# -gt 0 ]; then mkdir -p -- "$1"; aside=$(CDPATH= cd -- "$1" && pwd); fi
cd -- {folder}
move() {{ mkdir -p -- "$aside/$(dirname -- "$1")" && mv -n -- "$1" "$aside/$1"; }}
same() {{ if [ ! -L "$1" ] && [ ! -L "$2" ] && cmp -s -- "$1" "$2"; then move "$2"; fi; }}  # stays, goes
seen() {{ if [ -s "$1" ] && [ ! -L "$2" ] && [ -f "$2" ]; then move "$2"; fi; }}  # stays, goes: only looks the same
"""
FIRST = "# Pochade's list of copies to set aside"  # the second line of each such script, by which it is known


def write_script(families: Sequence[Family], folder: Path, to: Path) -> int:
    """Write a script that moves files of which another has the same bytes to a folder of their own. Gives how many.

    It looks again before each move. Copies that only look the same are there as comments: whether one may go is for the
    person to see. Versions stay.

    Args:
        families: What was found.
        folder: The collection's, below which the paths are kept.
        to: The script.

    Raises:
        OutputUnwritable: It can't be written, or something else is there.
    """
    script_may_be_written(to)
    text, count = script_of(families, folder)
    write_atomically(to, os.fsencode(text))
    to.chmod(0o755)
    return count


def script_of(families: Sequence[Family], folder: Path) -> tuple[str, int]:
    """The script itself, and how many files it moves."""
    return put_together([line for family in families for line in lines(family, folder)], folder)


@dataclass(frozen=True)
class Choice:
    """What the person, who saw them, says of a family: which file stays whatever happens, and which go."""

    family: Family
    keep: Path
    aside: frozenset[Path]


def script_as_chosen(choices: Sequence[Choice], folder: Path) -> tuple[str, int]:
    """A script that moves what the person chose file by file, and how many files those are."""
    return put_together([line for choice in choices for line in chosen_lines(choice, folder)], folder)


def put_together(moves: Sequence[str], folder: Path) -> tuple[str, int]:
    """Lines with what goes before them, and how many of them move a file."""
    place = shlex.quote(os.fspath(folder))
    head = HEAD.format(first=FIRST, aside=shlex.quote(os.fspath(folder) + ASIDE), folder=place)
    return "\n".join([head, *moves, ""]), sum(line.startswith(("same ", "seen ")) for line in moves)


def lines(family: Family, folder: Path) -> Iterator[str]:
    """The script's lines for one family: each content's first file stays."""
    yield f"\n# {one_line(family.cover.relative_to(folder))}: {family.reason}"
    stays: dict[int, Path] = {}
    for member in family.members:
        path = member.path.relative_to(folder)
        first = stays.setdefault(member.piece.number, path)
        if first != path:
            yield f"same {quoted(first)} {quoted(path)}"
        elif member.kind != "version" and member.path != family.cover and str(path).isprintable():
            yield f"# move {quoted(path)}  # {member.kind}, {member.likelihood:.0%}"


def chosen_lines(choice: Choice, folder: Path) -> Iterator[str]:
    """The script's lines for what the person chose: each file that goes beside one that stays."""
    yield f"\n# {one_line(choice.keep.relative_to(folder))} stays"
    staying = [one for one in choice.family.members if one.path not in choice.aside]
    by_content = {one.piece.number: one.path.relative_to(folder) for one in staying}
    for member in choice.family.members:
        if member.path in choice.aside:
            word, stays = "seen", choice.keep.relative_to(folder)
            if member.piece.number in by_content:
                word, stays = "same", by_content[member.piece.number]
            yield f"{word} {quoted(stays)} {quoted(member.path.relative_to(folder))}"


def quoted(path: Path) -> str:
    """A path below the folder, as one word of the shell that is no option."""
    return shlex.quote(f"./{os.fspath(path)}")


def one_line(path: Path) -> str:
    """A path for a comment: what would end the line, and all that follow it be run, is replaced."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in printable(path))


def script_may_be_written(to: Path) -> None:
    """Look before anything is done: nothing is there, or an earlier list.

    Raises:
        OutputUnwritable: Something else is there.
    """
    check_folder(to)
    if os.path.lexists(to):
        try:
            with to.open("rb") as file:
                ours = file.read(200).split(b"\n")[1:2] == [FIRST.encode()]
        except OSError:
            ours = False
        if not ours:
            raise OutputUnwritable(f"'{to}' is there already, and no such list", "choose another name, or remove it")
