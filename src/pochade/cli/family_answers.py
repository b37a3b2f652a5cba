"""The person's word about pictures and folders, as options of `pochade families`: verdicts and roles of folders."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pochade.cli.json_data import path_text
from pochade.cli.messages import print_json, print_result
from pochade.errors import UsageError

if TYPE_CHECKING:  # SQLAlchemy takes long to import: only a command that needs it imports it
    from pochade.collection import Collection
    from pochade.index.folder_roles import FolderRole

NO_VERDICT = "none"
PICTURES_OF_VERDICT = 2
VERDICT_SENTENCES = {
    "same": "'{}' and '{}' are the same picture",
    "different": "'{}' and '{}' are different works",
    "version": "'{}' and '{}' are versions of one work",
    "keep": "'{}' and '{}' both stay",
}
ROLE_SENTENCES = {
    "protected": "nothing in '{}' will be proposed for removal",
    "preferred": "of several files of one picture, the one in '{}' will be kept",
}


def check_answers(
    verdict: str | None, images: Sequence[Path], folders: Sequence[Path | None], others: Sequence[object]
) -> None:
    """Check that at most one thing is to be recorded, and nothing else is to be done with it.

    Args:
        verdict: The verdict; None if none is given.
        images: The files that are given.
        folders: The folders of the three options for roles; None for those that are not given.
        others: The values of all other options except `--json`; None or False for those that are not given.

    Raises:
        UsageError: The verdict is unknown or not about two files, files are given without one, or options are given
            together.
    """
    if verdict not in {None, *VERDICT_SENTENCES, NO_VERDICT}:
        raise UsageError(f"{verdict!a} is no verdict", f"choose {', '.join(VERDICT_SENTENCES)} or {NO_VERDICT}")
    count = sum(option is not None for option in (verdict, *folders))
    if verdict is None and images:
        raise UsageError("files are only given together with --verdict", "give --verdict, or leave the files out")
    if verdict is not None and len(images) != PICTURES_OF_VERDICT:
        raise UsageError("a verdict is about two files", "give two files after --verdict and its word")
    if count > 1 or (count and any(others)):
        raise UsageError(
            "--verdict, --protect, --prefer and --no-role are given alone", "give one command for each of them"
        )


def record_verdict(collection: "Collection", word: str, images: Sequence[Path], *, as_json: bool) -> None:
    """Record a verdict about two files, or take it back, and print what was done.

    Args:
        collection: The collection.
        word: The verdict, or "none" to take it back.
        images: The two files.
        as_json: Whether to print JSON on stdout.

    Raises:
        UsageError: There is no such verdict, a file is not in the collection, or both have the same content.
    """
    from pochade.index.verdict_store import check_verdict
    from pochade.system.path_text import printable

    verdict = None if word == NO_VERDICT else check_verdict(word)
    before = collection.set_verdict(images[0], images[1], verdict)
    if as_json:
        first, second = map(path_text, images)
        print_json({"first": first, "second": second, "verdict": verdict, "previous": before})
    if verdict is None:
        sentence = (
            "what you said about '{}' and '{}' is taken back" if before else "nothing was said about '{}' and '{}'"
        )
    else:
        sentence = VERDICT_SENTENCES[verdict]
    print_result(sentence.format(*map(printable, images)), as_json=as_json)


def record_role(collection: "Collection", folder: Path, role: "FolderRole | None", *, as_json: bool) -> None:
    """Give a folder a role, or take it away, and print what was done.

    Args:
        collection: The collection.
        folder: The folder: absolute, or relative to the collection's folder.
        role: The role; None takes it away.
        as_json: Whether to print JSON on stdout.

    Raises:
        UsageError: The folder is outside of the collection, or doesn't exist.
    """
    from pochade.system.path_text import printable

    before = collection.set_folder_role(folder, role)
    if as_json:
        print_json({"folder": path_text(folder), "role": role, "previous": before})
    if role is None:
        sentence = f"'{{}}' is not {before} any more" if before else "'{}' had no role"
    else:
        sentence = ROLE_SENTENCES[role]
    print_result(sentence.format(printable(folder)), as_json=as_json)
