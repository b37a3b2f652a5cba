"""Measurements of collections as Markdown: duplicates, sketches, learning, organising."""

from typing import Any

from experiments.report.markdown import load_result, provenance, table

RESULTS = (
    *("copies", "codes", "collection", "search", "kills", "mutations", "server_storm"),
    *("families", "groups", "teach", "many"),
)
RIVAL_CODECS = ("WEBP", "AVIF", "JXL", "BlurHash, unrounded")
RESAVES = ("jpeg 30", "half size", "blur 2", "gamma 1.6", "grey", "hue +90", "watermark")
EDITS = ("crop 5 %", "crop 15 %", "pad 10 %", "turn 4", "turn 90", "mirror", "scan")
LONGEST_IN_SECONDS = 100  # longer times are shown in minutes


def collection_tables() -> str:
    """Every table about collections, and the sentences that belong to them."""
    return (
        "".join(_duplicates(load_result("copies"), edits) for edits in (RESAVES, EDITS))
        + _duplicates_text(load_result("copies"))
        + _sketches(load_result("codes"))
        + _learning()
        + _organising()
        + provenance(*RESULTS)
    )


def _duplicates(copies: dict[str, Any], edits: tuple[str, ...]) -> str:
    rows = [
        [title, *(f"{figures[method][figure][edit]:.2f}" for edit in edits)]
        for title, figures, method, figure in (
            ("drawings, recall at 99 % precision, embedding", copies, "look_unrelated", "recall_of_edit"),
            ("the same, perceptual hash", copies, "phash-256_unrelated", "recall_of_edit"),
            ("drawings, the original is the first result, embedding", copies, "look_unrelated", "recall_at_1_of_edit"),
            ("portraits, recall at 99 % precision, embedding", copies["painted"], "look_unrelated", "recall_of_edit"),
            ("the same, perceptual hash", copies["painted"], "phash-256_unrelated", "recall_of_edit"),
        )
    ]
    return table(["edited copies", *edits], *rows)


def _duplicates_text(copies: dict[str, Any]) -> str:
    painted = copies["painted"]
    recalls, painted_recalls, all_recalls = (
        " and ".join(f"{figures[method + suffix]['recall']:.2f}" for method in ("look", "phash-256"))
        for figures, suffix in ((copies, "_unrelated"), (painted, "_unrelated"), (copies, ""))
    )
    stages = ", ".join(f"{name} {share:.2f}" for name, share in copies["stages_recall_at_1"].items())
    return (
        f"{copies['n']} held-out drawings and {painted['n']} painted portraits that no model was trained on. Over all "
        f"edits, embeddings and perceptual hashes find {recalls} of the copies of drawings at 99 % precision of pairs, "
        f"and {painted_recalls} of those of portraits. {copies['related_pairs']} and {painted['related_pairs']} pairs "
        f"of pictures that are variants, versions or edits of each other, judged by eye, count as neither right nor "
        f"wrong; if those of the drawings count as wrong, it is {all_recalls}. A search with another stage of a work "
        f"ranks the finished picture first this often: {stages}.\n\n"
    )


def _sketches(codes: dict[str, Any]) -> str:
    rivals = [codes[name] for name in RIVAL_CODECS]
    return table(
        ["a sketch of 96 x 96 pixels", "Pochade", *RIVAL_CODECS],
        ["bytes", "256", *(f"{rival['bytes']['mean']:.0f}" for rival in rivals)],
        ["PSNR, dB", f"{codes['pochade']['mean']:.1f}", *(f"{rival['psnr']['mean']:.1f}" for rival in rivals)],
    )


def _learning() -> str:
    names = ("collection", "kills", "mutations", "server_storm")
    learning, kills, mutations, storm = (load_result(name) for name in names)
    search, words = learning["asking"], load_result("search")
    killed = [kills[verb] for verb in ("learn", "compress", "clean", "extract")]
    results = sum(verb["results"] for verb in killed)
    medians = {kind: figures["milliseconds"]["median"] for kind, figures in words["searches"].items()}
    return table(
        ["a collection", ""],
        ["speed of `learn` relative to decoding and resizing alone", f"{learning['speed']['ratio']['mean']:.2f}"],
        [
            f"a second run, {learning['unchanged']['files']:,} files unchanged",
            f"{learning['unchanged']['seconds']['mean']:.1f} s",
        ],
        [
            f"nearest neighbours among {search['pieces']:,} embeddings, and among a million",
            f"{search['find_ms']['median']:.1f} ms, {search['million_ms']['median']:.0f} ms",
        ],
        [
            f"search by words among {words['pieces']:,} pictures: with all operators, and the slowest of "
            f"{len(medians)} kinds",
            f"{medians['all operators']:.0f} ms, {max(medians.values()):.0f} ms",
        ],
        [
            f"`learn`, `compress`, `clean` and `extract`, killed {sum(verb['kills'] for verb in killed)} times: "
            "results equal to undisturbed ones",
            f"{results - sum(len(verb['failures']) for verb in killed)} of {results}",
        ],
        [
            f"{mutations['files']:,} damaged files: crashes and hangs; slowest; most memory",
            f"{len(mutations['troubles'])}; {mutations['seconds']:.1f} s; {mutations['peak_bytes'] / 2**20:.0f} MB",
        ],
        [
            f"{storm['seconds'] / 60:.0f} minutes of {storm['at_once']} requests at once, {storm['workers_killed']:,} "
            "workers killed: wrong or cut answers; processes and files left; seconds to stop",
            f"{len(storm['faults'])} of {storm['requests']:,}; "
            f"{storm['processes_left'] + len(storm['files_left'])}; {storm['stop_seconds']:.1f}",
        ],
    )


def _organising() -> str:
    families, groups, teach, many = (load_result(name) for name in ("families", "groups", "teach", "many"))
    clothes, drawings, small = groups["fashion"], groups["openclipart"], many["small"]
    precision = {name: figure["mean"] for name, figure in teach["average_precision"].items()}
    k_means = ", ".join(f"{name} {max(values):.2f}" for name, values in drawings["ami_of_k_means"].items())
    steps = ("families", "groups", "map")
    return table(
        ["organising", ""],
        [
            f"families: {families['works']} works among {families['distractors']:,} other drawings",
            f"precision {families['precision']:.2f}, recall {families['recall']:.2f}, "
            f"kind right {families['kind_right']:.2f}",
        ],
        ["groups of 10,000 pictures of clothes: NMI with their classes, three depths", _joined(clothes["nmi"])],
        [
            f"groups of {drawings['files']:,} drawings: AMI with their folders, best depth (k-means: {k_means})",
            f"{max(drawings['ami']):.2f}",
        ],
        ["known pictures that change group when 1 % new ones arrive", f"{clothes['moved_by_1_percent']:.1%}"],
        [
            "tags from ten examples: mean average precision "
            f"(PCA {precision['pca-64']:.2f}, perceptual hash {precision['phash']:.2f})",
            f"{precision['looks and traits']:.2f}",
        ],
        [
            "after twenty more answers: chosen by Pochade; at random",
            _joined([precision["20 chosen"], precision["20 at random"]]),
        ],
        [
            f"{small['pieces']:,} small pictures, first run: families, groups, map; most memory",
            f"{', '.join(_duration(small[step]['seconds']) for step in steps)}; "
            f"{max(small[step]['most_mb'] for step in steps) / 1000:.1f} GB",
        ],
    )


def _joined(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < LONGEST_IN_SECONDS else f"{seconds / 60:.1f} min"
