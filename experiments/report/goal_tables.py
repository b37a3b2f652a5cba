"""Every goal and what was reached of it, as Markdown tables."""

from collections import Counter

from experiments.report.collection_goals import COPIES, CREATION, FAMILIES, ORGANISING
from experiments.report.file_goals import ARCHIVES, CLEANING, INSTALLATION, MACHINES, PAGE, PROJECT
from experiments.report.goal import Goal

SECTIONS = {
    "models": COPIES,
    "families": FAMILIES,
    "groups, labels, search": ORGANISING,
    "new pictures": CREATION,
    "cleaning": CLEANING,
    "archives": ARCHIVES,
    "the page": PAGE,
    "many machines": MACHINES,
    "installation": INSTALLATION,
    "the project": PROJECT,
}


def goal_tables() -> str:
    """A sentence that counts the goals, and one table for each part of the project."""
    answers = Counter(goal.state().answer for goals in SECTIONS.values() for goal in goals)
    text = (
        f"Of {answers.total()} goals, {answers['yes']} are reached, {answers['partly']} partly, {answers['no']} are "
        f"not, and {answers['–']} are not measured.\n\n"
    )
    return text + "".join(_table(title, goals) for title, goals in SECTIONS.items())


def _table(title: str, goals: list[Goal]) -> str:
    """The goals of one part."""
    lines = [f"| {title} | reached | | measured |", "|---|---|---|---|"]
    for goal in goals:
        state = goal.state()
        lines.append(f"| {goal.text} | {state.text} | {state.answer} | {state.place} |")
    return "\n".join(lines) + "\n\n"
