"""The JSON form of what a person said: labels, groups, verdicts, roles of folders, colours; see `docs/format.md`.

Pictures are named by the SHA-256 of their content, so the file fits every copy of the art, wherever it lies. Folders
are named by their paths below the collection's folder.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pochade.errors import PochadeError
from pochade.index.folder_roles import FolderRole, check_folder_role, folder_key
from pochade.index.group_tree import GroupNode
from pochade.index.label_colours import LabelColour, check_label_colour
from pochade.index.name_rules import normalise_name
from pochade.index.path_rules import CONTENT_HASH
from pochade.index.saved_searches import Filters, check_filters
from pochade.index.verdict_store import Verdict, check_verdict

ANSWERS_FORMAT = "pochade-answers-2"
FIRST_ANSWERS_FORMAT = "pochade-answers-1"  # without verdicts and roles of folders
MAX_DATABASE_INTEGER = 2**31 - 1


class AnswersInvalid(ValueError):
    """A text is no file of answers, or says something impossible."""


@dataclass(frozen=True)
class PictureAnswers:
    """What a person said about one picture."""

    labels: dict[str, bool]  # True: the picture has the label; False: the person refused it
    grouped: bool = False  # whether the groups were fitted with this picture
    group: int | None = None  # its group; None if it fits into no group
    pinned: bool = False  # whether the person put it into its group


@dataclass(frozen=True)
class Answers:
    """Everything that a person said about a collection."""

    pictures: dict[str, PictureAnswers] = field(default_factory=dict)  # by content hash
    groups: dict[int, GroupNode] = field(default_factory=dict)  # by number
    grouped_count: int = 0  # how many pictures there were when the groups were last fitted
    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)  # by two content hashes, the smaller first
    folder_roles: dict[str, FolderRole] = field(default_factory=dict)  # by path below the collection's folder
    label_colours: dict[str, LabelColour] = field(default_factory=dict)  # by label
    searches: dict[str, Filters] = field(default_factory=dict)  # filters of saved searches by name

    @property
    def contents(self) -> set[str]:
        """The content hashes of all pictures about which the person said something."""
        return {*self.pictures, *(content for pair in self.verdicts for content in pair)}


def answers_to_json(answers: Answers) -> bytes:
    """Write answers as JSON."""
    pictures: dict[str, dict[str, Any]] = {}
    for content, entry in answers.pictures.items():
        pictures[content] = {"labels": entry.labels}
        if entry.grouped:
            pictures[content] |= {"group": entry.group, "pinned": entry.pinned}
    data = {
        "format": ANSWERS_FORMAT,
        "grouped_count": answers.grouped_count,
        "groups": [vars(node) for _, node in sorted(answers.groups.items())],
        "pictures": pictures,
        "verdicts": [
            {"first": first, "second": second, "verdict": verdict}
            for (first, second), verdict in sorted(answers.verdicts.items())
        ],
        "folder_roles": answers.folder_roles,
        "label_colours": answers.label_colours,
        "searches": answers.searches,
    }
    return json.dumps(data, indent=1).encode()


def answers_from_json(text: bytes) -> Answers:
    """Read answers, and check everything in them: the file may come from a stranger.

    Raises:
        AnswersInvalid: The text is no JSON of this form, or something in it is impossible.
    """
    try:
        data = json.loads(text)
        if data["format"] not in {ANSWERS_FORMAT, FIRST_ANSWERS_FORMAT}:
            raise AnswersInvalid
        nodes = [_parse_group(entry) for entry in data["groups"]]
        answers = Answers(
            {_check_hash(content): _parse_picture(entry) for content, entry in data["pictures"].items()},
            {node.id: node for node in nodes},
            _check_integer(data["grouped_count"]),
            *(_parse_later_parts(data) if data["format"] != FIRST_ANSWERS_FORMAT else ()),
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, PochadeError) as error:
        raise AnswersInvalid from error
    _check_tree(answers, len(nodes))
    return answers


def _parse_later_parts(
    data: dict[str, Any],
) -> tuple[dict[tuple[str, str], Verdict], dict[str, FolderRole], dict[str, LabelColour], dict[str, Filters]]:
    """Parse what version 2 added: verdicts, roles of folders, and colours of labels and searches, if they are there."""
    verdicts = dict(_parse_verdict(entry) for entry in data["verdicts"])
    roles = {folder_key(folder): check_folder_role(role) for folder, role in data["folder_roles"].items()}
    colours_data, searches_data = data.get("label_colours", {}), data.get("searches", {})
    colours = {normalise_name(label): check_label_colour(colour) for label, colour in colours_data.items()}
    searches = {normalise_name(name): check_filters(filters) for name, filters in searches_data.items()}
    sizes = len(verdicts), len(roles), len(colours), len(searches)
    if sizes != tuple(map(len, (data["verdicts"], data["folder_roles"], colours_data, searches_data))):
        raise AnswersInvalid  # two say something about the same
    return verdicts, roles, colours, searches


def _parse_verdict(entry: dict[str, Any]) -> tuple[tuple[str, str], Verdict]:
    first, second = sorted((_check_hash(entry["first"]), _check_hash(entry["second"])))
    if first == second:
        raise AnswersInvalid
    return (first, second), check_verdict(entry["verdict"])


def _parse_group(entry: dict[str, Any]) -> GroupNode:
    parent, name = entry["parent"], entry["name"]
    return GroupNode(
        _check_integer(entry["id"]),
        None if parent is None else _check_integer(parent),
        None if name is None else normalise_name(name),
        str(entry["description"]),
        _check_truth(entry["kept"]),
    )


def _parse_picture(entry: dict[str, Any]) -> PictureAnswers:
    labels = {normalise_name(label): _check_truth(given) for label, given in entry["labels"].items()}
    if "group" not in entry:
        return PictureAnswers(labels)
    group = entry["group"]
    return PictureAnswers(labels, True, None if group is None else _check_integer(group), _check_truth(entry["pinned"]))


def _check_hash(content: str) -> str:
    if not CONTENT_HASH.fullmatch(content):
        raise AnswersInvalid
    return content


def _check_integer(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_DATABASE_INTEGER:
        raise AnswersInvalid
    return value


def _check_truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise AnswersInvalid
    return value


def _check_tree(answers: Answers, count: int) -> None:
    """Check that every group has its own number, that it leads to the top, and that pictures name existing groups."""
    groups = answers.groups
    named_groups = {entry.group for entry in answers.pictures.values()} | {node.parent for node in groups.values()}
    if len(groups) != count or not named_groups - {None} <= groups.keys():
        raise AnswersInvalid
    at_top = {None: True} | dict.fromkeys(groups, False)
    for _ in range(len(groups)):  # each round reaches one level further down
        reached = [node.id for node in groups.values() if at_top[node.parent] and not at_top[node.id]]
        if not reached:
            break
        at_top |= dict.fromkeys(reached, True)
    if not all(at_top.values()):
        raise AnswersInvalid
