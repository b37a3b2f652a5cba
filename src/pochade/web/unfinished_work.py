"""What a person would lose or interrupt by leaving a collection: running jobs, and what was not saved."""

from pochade.web.app_state import AppState
from pochade.web.jobs.job_queue import ENDED_STATES


def find_unfinished_work(state: AppState) -> list[str]:
    """Return a phrase for each kind of work that is not finished; none if all is."""
    jobs = [job for job in list(state.jobs.jobs.values()) if job.state not in ENDED_STATES]
    running = [f"'{job.title}' is {job.state}" for job in jobs if job.state == "running"]
    waiting = sum(job.state == "waiting" for job in jobs)
    unsaved, scans = state.created.unsaved_count(), len(state.scans.dropped) + len(state.scans.masks)
    return [
        *running,
        *([f"{_count(waiting, 'job is', 'jobs are')} waiting"] if waiting else []),
        *([f"{_count(unsaved, 'created picture is', 'created pictures are')} not saved"] if unsaved else []),
        *([f"{_count(scans, 'scan or mask is', 'scans and masks are')} only on the page"] if scans else []),
    ]


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number:,} {singular if number == 1 else plural}"
