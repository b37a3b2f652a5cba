"""What `pochade open` does with a file instead of a folder, as file managers give one: a picture, or an archive."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pochade.cli.collection_choice import INDEX_FOLDER
from pochade.cli.messages import count_of, print_listing, print_message, print_result
from pochade.errors import CollectionMissing, FileUnreachable
from pochade.system.path_text import printable

if TYPE_CHECKING:  # SQLAlchemy takes long to import
    from pochade.cli.collection_choice import CollectionChoice

ARCHIVE_SUFFIX = ".pochade"


class OpenedPicture(NamedTuple):
    """Where a picture is shown."""

    folder: Path  # the collection
    view: str  # of the page: the end of its address
    message: str  # what the person should know; empty if the picture is shown


def is_archive(path: Path) -> bool:
    """Whether a path has the ending of an archive, and is not a folder."""
    return path.suffix.lower() == ARCHIVE_SUFFIX and path.is_file()


def locate_picture(path: Path, choice: "CollectionChoice") -> OpenedPicture:
    """Find the collection of a picture, and the view of the page that shows it.

    Args:
        path: The file of the picture.
        choice: The person's options before the verb.

    Returns:
        The view of the picture if it has been learnt. Otherwise the collection, or the picture's own folder if it is in
        none, with a message that says what to do.

    Raises:
        FileUnreachable: The file can't be read.
    """
    path = path.absolute()
    learnt = (folder for folder in path.parents if (folder / INDEX_FOLDER).is_dir())
    folder, name = choice.folder or next(learnt, path.parent), printable(path.name)
    try:
        key = _find_key(path, folder, choice)
    except CollectionMissing:
        return OpenedPicture(folder, "", f"'{name}' is in no learnt folder: let the page learn '{printable(folder)}'")
    if key:
        return OpenedPicture(folder, f"piece/{key}", "")
    return OpenedPicture(folder, "", f"'{name}' has not been learnt yet: let the page learn what is new")


def _find_key(path: Path, folder: Path, choice: "CollectionChoice") -> str | None:
    """The key of a picture of a collection; None if the collection does not know it."""
    from pochade.system.hashing import sha256_of_file
    from pochade.web.state.snapshot import KEY_DIGITS

    with choice.open_collection(folder) as collection:
        index = collection.index
        try:
            with path.open("rb") as file:
                digest, _ = sha256_of_file(file)
        except OSError as error:
            raise FileUnreachable.about(printable(path), f"can't be read: {error.strerror}") from error
        return digest[:KEY_DIGITS] if index.numbers_by_content([digest]) else None


def show_archive(path: Path) -> None:
    """Print the files in an archive, and how to extract them; the page shows folders only.

    Raises:
        ArchiveDamaged: The file is no archive, or is damaged.
    """
    from pochade.archive.archive_reader import open_archive
    from pochade.archive.container.stored_paths import printable_path

    with open_archive(path) as archive:
        lines = [f"{file.original_bytes:>13,}  {printable_path(file.path)}" for file in archive]
    name = printable(path)
    print_result(f"'{name}' is an archive of {count_of(len(lines), 'file')}")
    print_listing("bytes and names", lines, f"pochade list '{name}' lists", print_line=print_result)
    print_message()
    print_message(f"hint: to look at the pictures, extract them: pochade extract '{name}' --to DIR")
