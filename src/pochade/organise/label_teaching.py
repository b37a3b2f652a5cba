"""A person's labels: give them to pictures, and suggest further pictures that may have them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pochade.errors import UsageError
from pochade.index import label_store
from pochade.index.label_colours import check_label_colour, pass_colour_on, write_label_colour
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import PictureFile
from pochade.organise.group_records import Suggestion, Suggestions
from pochade.system.path_text import printable
from pochade.system.progress import Report


def add_label(library: Library, pictures: Sequence[PictureFile], label: str, *, refused: bool = False) -> None:
    """Record that pictures have a label, or that the person refused it for them."""
    label_store.add_label(
        library.index, [picture.number for picture in pictures], normalise_name(label), refused=refused
    )


def remove_label(library: Library, pictures: Sequence[PictureFile], label: str) -> None:
    """Delete the records of a label for pictures, whether they have it or it was refused."""
    label_store.remove_label(library.index, [picture.number for picture in pictures], normalise_name(label))


def rename_label(library: Library, label: str, new_label: str) -> int:
    """Give the pictures of a label another label in its place, and return how many there are.

    Raises:
        UsageError: No picture has the label, or the new one is the same or not a valid name.
    """
    _check_label_exists(library, label)
    if normalise_name(new_label) == label:
        raise UsageError(f"'{label}' is the name of the label already", "choose another name")
    count = label_store.rename_label(library.index, label, normalise_name(new_label))
    pass_colour_on(library.index, label, normalise_name(new_label))
    return count


def delete_label(library: Library, label: str) -> int:
    """Take a label from all pictures, forget its refusals, and return how many pictures had it.

    Raises:
        UsageError: No picture has the label, and none was refused it.
    """
    _check_label_exists(library, label)
    return label_store.delete_label(library.index, label)


def colour_label(library: Library, label: str, colour: str | None) -> None:
    """Give a label a colour, or take it away.

    Raises:
        UsageError: No picture has the label, or there is no such colour.
    """
    _check_label_exists(library, label)
    write_label_colour(library.index, label, None if colour is None else check_label_colour(colour))


def _check_label_exists(library: Library, label: str) -> None:
    index = library.index
    if not any(label_store.pictures_with_label(index, label, refused=refused) for refused in (False, True)):
        raise UsageError(f"no picture has the label '{printable(label)}'", "list the labels: pochade labels")


def teach_label(library: Library, label: str, images: Iterable[Path | str], refused: Iterable[Path | str] = ()) -> None:
    """Record which files have a label and which don't, as examples for `suggest_pictures`.

    Args:
        library: The collection.
        label: The label.
        images: Files that have the label.
        refused: Files that don't have the label.

    Raises:
        UsageError: A file is not in the collection, both lists name it, or there is no file at all.
    """
    label, positive, negative = normalise_name(label), library.look_up(images), library.look_up(refused)
    if not positive and not negative:
        raise UsageError(f"no file was given for '{label}'", "name files with the label, or --not files without it")
    contradictory = {picture.number for picture in positive} & {picture.number for picture in negative}
    if contradictory:
        path = next(picture.path for picture in positive if picture.number in contradictory)
        raise UsageError(
            f"'{printable(path)}' is named both as having the label and as not having it",
            "name the file or its copies only once",
        )
    add_label(library, positive, label)
    add_label(library, negative, label, refused=True)


def suggest_pictures(library: Library, label: str, k: int, report: Report) -> Suggestions:
    """Suggest pictures that likely have a label, and pictures for which the person's answer would teach the most.

    Args:
        library: The collection.
        label: A label that some pictures have.
        k: The maximum number of suggestions of each kind.
        report: Called with the progress.

    Raises:
        UsageError: No picture has the label yet.
    """
    from pochade.analysis.active_learning import choose_questions, score_unlabelled  # noqa: PLC0415  scikit-learn is slow to load
    from pochade.organise.point_features import label_points  # noqa: PLC0415  scikit-learn

    files, label = library.files_by_number(), normalise_name(label)
    points = label_points(library, files, report)
    positive = points.positions(label_store.pictures_with_label(library.index, label))
    if not positive:
        raise UsageError(f"no picture has the label '{label}'", "give examples: pochade teach LABEL IMAGE…")
    negative = points.positions(label_store.pictures_with_label(library.index, label, refused=True))
    ranking = score_unlabelled(points.features, positive, negative)
    likelihood = dict(zip(ranking.rows.tolist(), ranking.likelihoods.tolist(), strict=True))
    questions = choose_questions(points.features, positive, negative, count=k)

    def suggestion(position: int) -> Suggestion:
        picture = files[int(points.numbers[position])][0]
        return Suggestion(picture.path, likelihood[position], picture)

    return Suggestions(tuple(map(suggestion, ranking.rows[:k].tolist())), tuple(map(suggestion, questions)))
