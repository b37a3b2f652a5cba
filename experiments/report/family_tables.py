"""Measurements of families as Markdown: natural pairs, synthetic works, searches, speed, other tools."""

from typing import Any

from experiments.report.markdown import load_result, provenance, table

RESULTS = ("natural_pairs", "families", "family_search", "family_speed", "duplicate_rivals")
KINDS = ("exact", "resave", "edit", "version", "variant", "different")
COPY_KINDS = ("exact", "resave", "edit", "version")
HARD_CHANGES = ("crop 15 %", "crop 30 %", "collage of two", "screenshot", "photo of a print")
SSCD_SOURCE = "https://github.com/facebookresearch/sscd-copy-detection/blob/main/docs/Evaluation.md"


def family_tables() -> str:
    """Every table about families, and the sentences that belong to them."""
    natural, families, search, speed, rivals = (load_result(name) for name in RESULTS)
    return (
        natural_table(natural)
        + works_table(families, search)
        + search_table(search)
        + speed_table(speed)
        + rivals_table(rivals)
        + natural_rivals_table(rivals, natural)
        + _published()
        + provenance(*RESULTS)
    )


def natural_table(natural: dict[str, Any]) -> str:
    """What is said about the natural pairs of both halves."""
    halves = [natural["held_out"], natural["train"]]
    rows = [
        ["drawings; pairs that are sure", *(f"{half['drawings']:,}; {half['pairs']:,}" for half in halves)],
        ["files preselected for removal", *(f"{half['preselected']:,}" for half in halves)],
        ["the same: another work, or a variant", *(str(len(half["preselected_wrong"])) for half in halves)],
        ["the same: nobody has judged the pair", *(str(len(half["preselected_not_judged"])) for half in halves)],
        ["exact copies and resaves called so", *(_share(half["recall_of_duplicates"]) for half in halves)],
        ["exact copies and resaves preselected", *(_share(half["preselected_recall"]) for half in halves)],
        ["kind right, of six", *(_share(half["kind_right"]) for half in halves)],
        ["kind right, pairs that aren't sure", *(_share(half["kind_right_unsure"]) for half in halves)],
    ]
    confusion = halves[0]["confusion"]
    return table(["natural pairs", "held out", "for fitting"], *rows) + table(
        ["held out: what it is, and what Pochade says", *KINDS],
        *([kind, *(str(confusion[kind].get(answer, 0)) for answer in KINDS)] for kind in KINDS),
    )


def works_table(families: dict[str, Any], search: dict[str, Any]) -> str:
    """How well the copies of works are found."""
    black_and_white, stages = families["black_and_white"], search["stages"]
    return table(
        [f"{families['works']} works among {families['distractors']:,} other drawings", ""],
        ["precision, recall and F1 of pairs", _joined(families, ("precision", "recall", "f1"))],
        [f"recall of {', '.join(COPY_KINDS)}", _joined(families["recall_of_kind"], COPY_KINDS)],
        ["kind right", _share(families["kind_right"])],
        [
            "files preselected; neither exact copies nor resaves",
            f"{families['preselected']:,}; {families['preselected_wrong']}",
        ],
        [
            f"stages found by `find` at {stages['precision']:.0%} precision ({', '.join(stages['recall_of_stage'])})",
            f"{_share(stages['recall'])} ({_joined(stages['recall_of_stage'], tuple(stages['recall_of_stage']))})",
        ],
        [
            f"{black_and_white['n']} drawings and their versions in black and white: in one family",
            _share(black_and_white["recall"]),
        ],
    )


def search_table(search: dict[str, Any]) -> str:
    """How well edits are found again."""
    figures = [search["edits"], *(search["change"][change] for change in HARD_CHANGES)]
    return table(
        [f"`find` with edits of {search['queries']} works", "fourteen edits", *HARD_CHANGES],
        ["the work is the first result", *(_share(figure["first"]) for figure in figures)],
        ["it is called the same work", *(_share(figure["same_work"]) for figure in figures)],
    )


def speed_table(speed: dict[str, Any]) -> str:
    """Seconds and memory of families."""
    parts = [speed["drawings"], speed["small"]]
    runs = {"first": "the first time", "again": "again", "with_new": "after 1 % new pictures"}
    return table(
        ["`families`: seconds; most memory", *(f"{part['pictures']:,} pictures" for part in parts)],
        *(
            [title, *(f"{part[run]['seconds']:.0f} s; {part[run]['most_mb'] / 1000:.1f} GB" for part in parts)]
            for run, title in runs.items()
        ),
    )


def rivals_table(rivals: dict[str, Any]) -> str:
    """Pochade and other tools on one folder."""
    return table(
        ["pairs of files of one work", "precision", "recall", "F1", *(f"recall, {kind}" for kind in COPY_KINDS)],
        *(
            [
                name,
                *(_share(figures[figure]) for figure in ("precision", "recall", "f1")),
                *(_share(figures["recall_of_kind"].get(kind)) for kind in COPY_KINDS),
            ]
            for name, figures in sorted(rivals["folder"].items(), key=lambda entry: -entry[1]["f1"])
        ),
    )


def natural_rivals_table(rivals: dict[str, Any], natural: dict[str, Any]) -> str:
    """How many natural pairs of each kind every tool calls duplicates."""
    rows = {
        name: [f"{figures[kind]['called_duplicates']} of {figures[kind]['n']}" for kind in KINDS]
        for name, figures in rivals["natural"].items()
    }
    confusion = natural["held_out"]["confusion"]
    rows["Pochade"] = [
        f"{sum(confusion[kind].get(answer, 0) for answer in ('exact', 'resave'))} of {sum(confusion[kind].values())}"
        for kind in KINDS
    ]
    return table(["natural pairs that are called duplicates", *KINDS], *([name, *row] for name, row in rows.items()))


def _published() -> str:
    return (
        "A published figure, on photographs and not in our run: SSCD, a ResNet-50 that was trained for copy detection, "
        "reaches a micro average precision of 61.5 % on the validation set of DISC2021, 72.5 % with normalised scores, "
        "and a mean average precision of 86.6 % on the strong copies of Copydays among 10,000 other photographs "
        f"(Pizzi et al., CVPR 2022, tables 2 and 3, [quoted by its authors]({SSCD_SOURCE})).\n\n"
    )


def _joined(figures: dict[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(_share(figures.get(name)) for name in names)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
