"""A shell script that sets copies aside, for the person to read and to run: Pochade itself moves nothing."""

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from pochade.collection.family import Family
from pochade.errors import OutputUnwritable
from pochade.images.source import printable

ASIDE = " - set aside"  # after the folder's name: beside it, so that the next `learn` does not find them again
FIRST = "# Pochade's list of copies to set aside"  # the second line of each such script, by which it is known


def write_script(families: Sequence[Family], folder: Path, to: Path) -> int:
    """Write a script that moves exact copies of the covers to a folder of their own. Gives how many.

    Near copies are there too, as comments: whether one may go is for the person to see. Versions stay.

    Args:
        families: What was found.
        folder: The collection's, below which the paths are kept.
        to: The script.

    Raises:
        OutputUnwritable: It can't be written, or something else is there.
    """
    script_may_be_written(to)
    moves = [line for family in families for line in lines(family, folder)]
    head = [
        "#!/bin/sh",
        FIRST,
        "# Read it, then run it; another folder may be given. Near copies stay, unless you take their # away.",
        "set -eu",
        f"aside={shlex.quote(os.fspath(folder) + ASIDE)}",
        'if [ $# -gt 0 ]; then mkdir -p -- "$1"; aside=$(cd -- "$1" && pwd); fi',
        f"cd -- {shlex.quote(os.fspath(folder))}",
    ]
    temporary = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(os.fsencode("\n".join([*head, *moves, ""])))
        temporary.chmod(0o755)
        temporary.replace(to)
    except OSError as error:
        raise OutputUnwritable(f"'{to}' could not be written: {error.strerror}", "choose another folder") from error
    return sum(line.startswith("mkdir ") for line in moves)


def lines(family: Family, folder: Path) -> Iterator[str]:
    """The script's lines for one family."""
    copies = [member for member in family.members[1:] if member.kind != "version"]
    if copies:
        yield f"\n# stays: {one_line(family.cover.relative_to(folder))} ({family.reason})"
    for member in copies:
        path = member.path.relative_to(folder)
        move = f'mkdir -p -- "$aside"/{quoted(path.parent)} && mv -n -- {quoted(path)} "$aside"/{quoted(path)}'
        if member.kind == "exact":
            yield move
        elif str(path).isprintable():  # else its comment might end before its line does
            yield f"# near, {member.likelihood:.0%}: {move}"


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
    if os.path.lexists(to):
        try:
            with to.open("rb") as file:
                ours = file.read(200).split(b"\n")[1:2] == [FIRST.encode()]
        except OSError:
            ours = False
        if not ours:
            raise OutputUnwritable(f"'{to}' is there already, and no such list", "choose another name, or remove it")
