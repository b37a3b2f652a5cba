"""The tasks of the page's jobs, each run in its own process: they call the library, report progress and answer.

A task is a dictionary, because it is sent between processes as JSON. It has `kind`, `folder`, `index`, `results`, and
the arguments of its kind. The answer is a dictionary that the page receives as JSON.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pochade.collection import Collection
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report
from pochade.web.jobs.import_tasks import import_foreign_labels
from pochade.web.jobs.removal_tasks import move_files_to_trash, put_files_back
from pochade.web.state.family_records import write_family_records

if TYPE_CHECKING:  # numpy and onnxruntime, which only jobs that need them load
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
    result = collection.learn(task["minutes"], report, accept_missing=task["accept_missing"])
    problems = [
        {"path": _shown_path(problem.path, collection.folder), "reason": problem.reason}
        for problem in (*result.unlisted, *result.problems)
    ]
    notes = [
        {"path": _shown_path(picture.path, collection.folder), "reason": "; ".join(picture.notes)}
        for picture in collection.pictures()
        if picture.notes
    ]
    counts = {name: getattr(result, name) for name in ("new", "again", "gone", "unchanged", "passed_over")}
    return counts | {
        "problems": problems[:MAX_LISTED_PROBLEMS],
        "problem_count": len(problems),
        "notes": notes[:MAX_LISTED_PROBLEMS],
        "note_count": len(notes),
        "training": result.training,
        "untrained": result.untrained,
        "eye_problem": result.eye_problem,
    }


def _shown_path(path: Path, folder: Path) -> str:
    """Return a path below the folder in printable characters; a dot for the folder itself."""
    return printable(path.relative_to(folder))


def store_families(collection: Collection, task: JobTask, report: Report) -> Answer:
    """Find families and series, and store them beside the index for the page."""
    families, series = collection.families_and_series(task["keep"], report)
    write_family_records(collection, task["keep"], families, series)
    spare_bytes = sum(family.spare_bytes for family in families)
    return {"families": len(families), "series": len(series), "spare_bytes": spare_bytes}


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
    choices = {"effort": task["effort"], "index": task["index"]}
    result = compress(folder, target, task["fidelity"], **choices, report=report_stage)
    if page:
        write_savings_report(page, result, folder, report_stage)
    left_out, moved = (dict(list(paths.items())[:MAX_LISTED_PROBLEMS]) for paths in (result.left_out, result.set_aside))
    answer = asdict(result) | {"archive": printable(target), "left_out": left_out, "set_aside": moved}
    counts = {"left_out_count": len(result.left_out), "set_aside_count": len(result.set_aside)}
    return answer | counts | {"report": page and printable(page)}


def clean_scans(task: JobTask, report: Report) -> Answer:
    """Clean scans into a folder inside the folder for results."""
    from pochade.cleaning.clean_files import clean_files  # noqa: PLC0415  onnxruntime
    from pochade.cleaning.clean_options import CleanOptions, StrengthPercents  # noqa: PLC0415
    from pochade.cleaning.clean_picture import clean  # noqa: PLC0415
    from pochade.cleaning.page_geometry import GeometryModes  # noqa: PLC0415
    from pochade.models import weights  # noqa: PLC0415

    target = Path(task["results"]) / task["name"]
    model_name = weights.weights_name(weights.FOLDER, weights.CLEANING_FILES) or ""
    as_shown = GeometryModes("off", "off")  # the page previews scans as they lie
    options = CleanOptions(StrengthPercents(**task["amounts"]), model=model_name, geometry=as_shown)

    def report_scan(done: int, total: int, _scan: Path) -> None:
        report(Progress("cleaning", done, total))

    scans = [Path(scan) for scan, _ in task["scans"]]
    masks = {Path(scan): Path(mask) for scan, mask in task["scans"] if mask}
    outcomes = clean_files(scans, target, options, clean, preview=task["preview"], protected=masks, report=report_scan)
    return {"folder": printable(target), "outcomes": [_outcome_record(outcome) for outcome in outcomes]}


def save_story(task: JobTask, report: Report) -> Answer:
    """Write the story of a work as a strip, an animation or a film in the folder for results."""
    from pochade.web.jobs.story_film import write_story_film  # noqa: PLC0415  OpenCV, which only this kind of job needs

    return write_story_film(task, report)


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
    "import": import_foreign_labels,
    "trash": move_files_to_trash,
    "restore": put_files_back,
}
FILE_JOBS: dict[str, Callable[[JobTask, Report], Answer]] = {
    "compress": compress_collection,
    "clean": clean_scans,
    "story": save_story,
}
