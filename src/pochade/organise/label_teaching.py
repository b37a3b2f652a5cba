"""A person's labels: give them to pictures, and suggest further pictures that may have them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pochade.errors import UsageError
from pochade.images.base.source import printable
from pochade.index import label_store
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.pictures import PictureFile
from pochade.organise.results import Suggestion, Suggestions
from pochade.system.progress import Report


def add_label(library: Library, pictures: Sequence[PictureFile], label: str, *, refused: bool = False) -> None:
    """Note that pictures have a label, or that the person refused it for them."""
    label_store.add_label(
        library.index, [picture.number for picture in pictures], normalise_name(label), refused=refused
    )


def remove_label(library: Library, pictures: Sequence[PictureFile], label: str) -> None:
    """Forget whether pictures have a label."""
    label_store.remove_label(library.index, [picture.number for picture in pictures], normalise_name(label))


def teach_label(library: Library, label: str, images: Iterable[Path | str], refused: Iterable[Path | str] = ()) -> None:
    """Note which files have a label and which don't, as examples for `suggest_pictures`.

    Raises:
        UsageError: A file is not in the collection, both lists name it, or there is no file at all.
    """
    label, positive, negative = normalise_name(label), library.look_up(images), library.look_up(refused)
    if not positive and not negative:
        raise UsageError(f"no file was given for '{label}'", "name files that have it, or --not files that don't")
    contradictory = {picture.number for picture in positive} & {picture.number for picture in negative}
    if contradictory:
        path = next(picture.path for picture in positive if picture.number in contradictory)
        raise UsageError(
            f"'{printable(path)}' is named both as having the label and as not having it",
            "name it once, or name only one of its copies",
        )
    add_label(library, positive, label)
    add_label(library, negative, label, refused=True)


def suggest_pictures(library: Library, label: str, k: int, report: Report) -> Suggestions:
    """Suggest the pictures that likely have a label, and those whose answers would teach most.

    Args:
        library: The collection.
        label: A label that some pictures have.
        k: The most suggestions of either kind.
        report: Called with the progress.

    Raises:
        UsageError: No picture has the label yet.
    """
    from pochade.analysis.active_learning import choose_questions, score_unlabelled  # noqa: PLC0415  scikit-learn is slow to load
    from pochade.organise.point_features import label_points  # noqa: PLC0415  scikit-learn

    files, label = library.files_by_number(), normalise_name(label)
    points = label_points(library, files, report)
    positive = points.places(label_store.pictures_with_label(library.index, label))
    if not positive:
        raise UsageError(f"no picture has the label '{label}'", "give examples: pochade teach LABEL IMAGE…")
    negative = points.places(label_store.pictures_with_label(library.index, label, refused=True))
    ranking = score_unlabelled(points.features, positive, negative)
    likelihood = dict(zip(ranking.rows.tolist(), ranking.likelihoods.tolist(), strict=True))
    questions = choose_questions(points.features, positive, negative, count=k)

    def suggestion(place: int) -> Suggestion:
        picture = files[int(points.numbers[place])][0]
        return Suggestion(picture.path, likelihood[place], picture)

    return Suggestions(tuple(map(suggestion, ranking.rows[:k].tolist())), tuple(map(suggestion, questions)))
