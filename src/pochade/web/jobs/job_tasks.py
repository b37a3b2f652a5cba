"""What the page's long jobs do, in a process of their own: the library's verbs, with their progress and their answer.

A task comes as a dictionary, as it travels between processes: `kind`, `folder`, `index`, `results`, and what the kind
needs besides. The answer is a dictionary that JSON can hold.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pochade.collection import Collection
from pochade.images.base.source import printable
from pochade.organise.family_model import BY_RULE, Family, cover
from pochade.system.atomic_files import write_atomically
from pochade.system.progress import Progress
from pochade.web.state.family_store import families_path

Task = dict[str, Any]
Answer = dict[str, Any]
Tell = Callable[[Progress], None]
MOST_LINES = 100  # of what went wrong that are told one by one


def done(task: Task, tell: Tell) -> Answer:
    """Do a task, and give its answer; an error of ours goes through."""
    if task["kind"] in {"clean", "compress"}:
        return ELSEWHERE[task["kind"]](task, tell)
    with Collection.open(Path(task["folder"]), index=task["index"]) as collection:
        return WITHIN[task["kind"]](collection, task, tell)


def learn(collection: Collection, task: Task, tell: Tell) -> Answer:
    """Read what is new, and train where that helps."""
    found = collection.learn(task["minutes"], tell)
    problems = [f"'{printable(one.path.name)}': {one.reason}" for one in (*found.unlisted, *found.problems)]
    counts = {name: getattr(found, name) for name in ("new", "again", "gone", "unchanged")}
    return counts | {"problems": problems[:MOST_LINES], "problem_count": len(problems), "training": found.training}


def families(collection: Collection, task: Task, tell: Tell) -> Answer:
    """Find copies and versions, and leave them in a file beside the index for the page to read."""
    found = collection.families(task["keep"], tell)
    content = [as_kept(family, collection.folder) for family in found]
    write_atomically(families_path(collection, task["keep"]), json.dumps(content).encode())
    return {"families": len(found), "spare_bytes": sum(family.spare_bytes for family in found)}


def as_kept(family: Family, folder: Path) -> dict[str, Any]:
    """A family as it is kept, by paths below the folder, with what each rule would keep of it."""
    pieces = [member.piece for member in family.members]
    rules = {rule: cover(pieces, rule) for rule in BY_RULE}
    return {
        "cover": below(family.cover, folder),
        "reason": family.reason,
        "members": [
            {"path": below(one.path, folder), "kind": one.kind, "likelihood": round(one.likelihood, 4)}
            for one in family.members
        ],
        "would_keep": {rule: [below(piece.path, folder), reason] for rule, (piece, reason) in rules.items()},
    }


def below(path: Path, folder: Path) -> str:
    """A path below the folder, in characters from which its bytes come back."""
    return os.fspath(path.relative_to(folder))


def groups(collection: Collection, _task: Task, tell: Tell) -> Answer:
    """Make groups, or let new pieces join them."""
    return {"groups": len(collection.groups(tell))}


def chart(collection: Collection, task: Task, tell: Tell) -> Answer:
    """Lay the map, or place new pieces on it."""
    return {"places": len(collection.map(tell, anew=task["anew"]))}


def prepare(collection: Collection, _task: Task, tell: Tell) -> Answer:
    """Do what drawing asks for beforehand."""
    collection.prepare_to_draw(tell)
    return {}


def compress(task: Task, tell: Tell) -> Answer:
    """Put the collection into an archive among the results."""
    from pochade.archive.archive_writer import compress as put_together  # noqa: PLC0415
    from pochade.archive.savings_report import check_report, write_report  # noqa: PLC0415  only this kind needs them

    folder, to = Path(task["folder"]), Path(task["results"]) / task["name"]
    page = to.with_suffix(".html") if task["report"] else None

    def report(stage: str, part: int, all_: int) -> None:
        tell(Progress(stage, part, all_))

    if page:
        check_report(page)
    found = put_together(folder, to, task["fidelity"], report=report)
    if page:
        write_report(page, found, folder, report)
    told = asdict(found) | {"archive": printable(to), "left_out": dict(list(found.left_out.items())[:MOST_LINES])}
    return told | {"left_out_count": len(found.left_out), "report": page and printable(page)}


def clean(task: Task, tell: Tell) -> Answer:
    """Clean scans into a folder among the results."""
    from pochade.cleaning.clean_files import CleanOptions, clean_files  # noqa: PLC0415
    from pochade.cleaning.clean_picture import clean as cleaner  # noqa: PLC0415
    from pochade.cleaning.clean_record import Amounts  # noqa: PLC0415
    from pochade.models import weights  # noqa: PLC0415  as above

    to = Path(task["results"]) / task["name"]
    net = weights.name_of(weights.FOLDER, (weights.CLEANER, weights.PAGE)) or ""
    wish = CleanOptions(Amounts(**task["amounts"]), None, None, net)

    def report(done: int, total: int, _scan: Path) -> None:
        tell(Progress("cleaning", done, total))

    scans = [Path(scan) for scan, _ in task["scans"]]
    protected = {Path(scan): Path(mask) for scan, mask in task["scans"] if mask}
    outcomes = clean_files(scans, to, wish, cleaner, preview=task["preview"], protected=protected, report=report)
    return {
        "folder": printable(to),
        "outcomes": [
            {
                "scan": printable(one.scan.name),
                "result": one.result and printable(one.result.name),
                "problem": one.problem and one.problem.sentence,
                "done_before": one.done_before,
                "notes": list(one.record.notes) if one.record else [],
            }
            for one in outcomes
        ],
    }


WITHIN: dict[str, Callable[[Collection, Task, Tell], Answer]] = {
    "learn": learn, "families": families, "groups": groups, "map": chart, "prepare": prepare,
}  # fmt: skip
ELSEWHERE: dict[str, Callable[[Task, Tell], Answer]] = {"compress": compress, "clean": clean}
