"""The tasks of the page's jobs, each run in its own process: they call the library, report progress and answer.

A task is a dictionary, because it is sent between processes as JSON. It has `kind`, `folder`, `index`, `results`, and
the arguments of its kind. The answer is a dictionary that the page receives as JSON.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade.collection import Collection
from pochade.organise.cover_rules import COVER_RULES, choose_cover
from pochade.organise.family_model import Family
from pochade.system.atomic_files import write_atomically
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report
from pochade.web.state.family_store import families_path

if TYPE_CHECKING:  # torch, which only jobs that need it load
    from pochade.cleaning.clean_files import CleanOutcome

JobTask = dict[str, Any]
Answer = dict[str, Any]
MAX_LISTED_PROBLEMS = 100


def run_task(task: JobTask, report: Report) -> Answer:
    """Run a task and return its answer.

    Raises:
        PochadeError: The library call failed.
    """
    if task["kind"] in FILE_JOBS:
        return FILE_JOBS[task["kind"]](task, report)
    with Collection.open(Path(task["folder"]), index=task["index"]) as collection:
        return COLLECTION_JOBS[task["kind"]](collection, task, report)


def learn_collection(collection: Collection, task: JobTask, report: Report) -> Answer:
    """Read new pictures, and train the models if that helps."""
    result = collection.learn(task["minutes"], report)
    problems = [
        f"'{printable(problem.path.name)}': {problem.reason}" for problem in (*result.unlisted, *result.problems)
    ]
    counts = {name: getattr(result, name) for name in ("new", "again", "gone", "unchanged")}
    return counts | {
        "problems": problems[:MAX_LISTED_PROBLEMS],
        "problem_count": len(problems),
        "training": result.training,
    }


def store_families(collection: Collection, task: JobTask, report: Report) -> Answer:
    """Find duplicates and versions, and store them beside the index for the page."""
    families = collection.families(task["keep"], report)
    records = [_family_record(family, collection.folder) for family in families]
    write_atomically(families_path(collection, task["keep"]), json.dumps(records).encode())
    return {"families": len(families), "spare_bytes": sum(family.spare_bytes for family in families)}


def _family_record(family: Family, folder: Path) -> dict[str, Any]:
    """Return a family as JSON data, with paths below the folder and the cover that each rule would choose."""
    files = [member.picture for member in family.members]
    choices = {rule: choose_cover(files, rule) for rule in COVER_RULES}
    return {
        "cover": _path_below(family.cover, folder),
        "reason": family.reason,
        "members": [
            {
                "path": _path_below(member.path, folder),
                "kind": member.kind,
                "likelihood": round(member.likelihood, 4),
            }
            for member in family.members
        ],
        "would_keep": {rule: [_path_below(file.path, folder), reason] for rule, (file, reason) in choices.items()},
    }


def _path_below(path: Path, folder: Path) -> str:
    """Return a path below the folder as text from which `os.fsencode` restores the system's bytes."""
    return os.fspath(path.relative_to(folder))


def make_groups(collection: Collection, _task: JobTask, report: Report) -> Answer:
    """Make groups, or add new pictures to existing ones."""
    return {"groups": len(collection.groups(report))}


def make_map(collection: Collection, task: JobTask, report: Report) -> Answer:
    """Make the map, or place new pictures on it."""
    return {"places": len(collection.map(report, anew=task["anew"]))}


def prepare_generator(collection: Collection, _task: JobTask, report: Report) -> Answer:
    """Prepare the generator: encode all pictures and fit its prior."""
    collection.prepare_to_draw(report)
    return {}


def compress_collection(task: JobTask, report: Report) -> Answer:
    """Compress the collection into an archive in the folder for results."""
    from pochade.archive.archive_writer import compress  # noqa: PLC0415  only this kind of job needs them
    from pochade.archive.savings_report import check_report_path, write_savings_report  # noqa: PLC0415

    folder, target = Path(task["folder"]), Path(task["results"]) / task["name"]
    page = target.with_suffix(".html") if task["report"] else None

    def report_stage(stage: str, done: int, total: int) -> None:
        report(Progress(stage, done, total))

    if page:
        check_report_path(page)
    result = compress(folder, target, task["fidelity"], report=report_stage)
    if page:
        write_savings_report(page, result, folder, report_stage)
    left_out = dict(list(result.left_out.items())[:MAX_LISTED_PROBLEMS])
    answer = asdict(result) | {"archive": printable(target), "left_out": left_out}
    return answer | {"left_out_count": len(result.left_out), "report": page and printable(page)}


def clean_scans(task: JobTask, report: Report) -> Answer:
    """Clean scans into a folder inside the folder for results."""
    from pochade.cleaning.clean_files import clean_files  # noqa: PLC0415  torch
    from pochade.cleaning.clean_options import CleanOptions, StrengthPercents  # noqa: PLC0415
    from pochade.cleaning.clean_picture import clean  # noqa: PLC0415
    from pochade.models import weights  # noqa: PLC0415

    target = Path(task["results"]) / task["name"]
    model_name = weights.weights_name(weights.FOLDER, (weights.CLEANER_FILE, weights.PAGE_FILE)) or ""
    options = CleanOptions(StrengthPercents(**task["amounts"]), None, None, model_name)

    def report_scan(done: int, total: int, _scan: Path) -> None:
        report(Progress("cleaning", done, total))

    scans = [Path(scan) for scan, _ in task["scans"]]
    masks = {Path(scan): Path(mask) for scan, mask in task["scans"] if mask}
    outcomes = clean_files(scans, target, options, clean, preview=task["preview"], protected=masks, report=report_scan)
    return {"folder": printable(target), "outcomes": [_outcome_record(outcome) for outcome in outcomes]}


def _outcome_record(outcome: "CleanOutcome") -> dict[str, Any]:
    """Return the outcome for one scan as the page gets it."""
    return {
        "scan": printable(outcome.scan.name),
        "result": outcome.result and printable(outcome.result.name),
        "problem": outcome.problem and outcome.problem.sentence,
        "done_before": outcome.done_before,
        "notes": list(outcome.record.notes) if outcome.record else [],
    }


COLLECTION_JOBS: dict[str, Callable[[Collection, JobTask, Report], Answer]] = {
    "learn": learn_collection,
    "families": store_families,
    "groups": make_groups,
    "map": make_map,
    "prepare": prepare_generator,
}
FILE_JOBS: dict[str, Callable[[JobTask, Report], Answer]] = {"compress": compress_collection, "clean": clean_scans}
