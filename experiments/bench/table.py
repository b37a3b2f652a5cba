"""The README's tables of figures, made from `results/*.json`: `python -m experiments.bench.table` writes it anew."""

from pathlib import Path
from typing import Any

from experiments.bench.archive_table import archive_tables
from experiments.bench.creation_table import creation_tables
from experiments.bench.markdown import lines_of, measured_on, result, spread

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- {}: python -m experiments.bench.table -->\n", "<!-- end of {} -->\n"
RIVALS = ("WEBP", "AVIF", "JXL", "BlurHash, unrounded")
COLLECTION = ("copies", "codes", "collection", "kills", "mutations", "families", "groups", "teach", "many")
ORDERED, SAID_IN_SECONDS = ("families", "groups", "map"), 100
EASY, HARD = ("jpeg 30", "half size", "blur 2", "gamma 1.6", "grey", "hue +90", "watermark"), (
    "crop 5 %", "crop 15 %", "pad 10 %", "turn 4", "turn 90", "mirror", "scan")  # fmt: skip


def main() -> None:
    """Put the tables into the README."""
    text = README.read_text(encoding="utf-8")
    for name, lines in ((name, table()) for name, table in TABLES.items()):
        before, rest = text.split(BEGIN.format(name))
        _, after = rest.split(END.format(name))
        text = before + BEGIN.format(name) + lines + END.format(name) + after
    README.write_text(text, encoding="utf-8")


def collection_tables() -> str:
    """What is measured of collections, as Markdown."""
    copies, codes, learning, kills, mutations = (
        result(name) for name in ("copies", "codes", "collection", "kills", "mutations")
    )
    text = "".join(found(copies, edits) for edits in (EASY, HARD))
    rival = {name: codes[name] for name in RIVALS}
    text += lines_of(
        ["a sketch of 96 x 96 pixels", "Pochade", *rival],
        ["bytes", "256", *(f"{each['bytes']['mean']:.0f}" for each in rival.values())],
        ["PSNR, dB", f"{codes['pochade']['mean']:.1f}", *(f"{each['psnr']['mean']:.1f}" for each in rival.values())],
    )
    speed, asking = learning["speed"], learning["asking"]
    text += lines_of(
        ["a collection", ""],
        ["speed of `learn` beside decoding and shrinking alone", f"{speed['ratio']['mean']:.2f}"],
        [
            f"a second run, {learning['unchanged']['files']:,} files unchanged",
            f"{learning['unchanged']['seconds']['mean']:.1f} s",
        ],
        [
            f"the nearest of {asking['pieces']:,} looks, and of a million; `find` also reads and lays over",
            f"{asking['find_ms']['median']:.1f} ms, {asking['million_ms']['median']:.0f} ms",
        ],
        [f"killed {kills['kills']} times, indexes as if undisturbed", f"{kills['same']} of {kills['indexes']}"],
        [
            f"{mutations['files']:,} damaged files: crashes and hangs, longest, most memory",
            f"{len(mutations['troubles'])}, {mutations['seconds']:.1f} s, {mutations['peak_bytes'] / 2**20:.0f} MB",
        ],
    )
    text += order_table()
    stages = ", ".join(f"{name} {share:.2f}" for name, share in copies["stages_recall_at_1"].items())
    overall = " and ".join(f"{copies[method]['recall']:.2f}" for method in ("look", "phash-256"))
    return (
        f"{text}{copies['n']} held-out drawings. Over all edits, at 99 % precision of pairs, looks and perceptual "
        f"hashes find {overall} of the copies. The finished piece comes first when asked with: {stages}.\n"
        f"{measured_on(*COLLECTION)}"
    )


def order_table() -> str:
    """What is measured of families, groups and labels, as Markdown."""
    families, groups, teach, many = (result(name) for name in ("families", "groups", "teach", "many"))
    clothes, drawings = groups["fashion"], groups["openclipart"]
    means = {name: each["mean"] for name, each in teach["average_precision"].items()}
    rivals = ", ".join(f"{name} {max(values):.2f}" for name, values in drawings["ami_of_k_means"].items())
    return lines_of(
        ["order", ""],
        [
            f"families: {families['works']} works among {families['distractors']:,} other drawings",
            f"precision {families['precision']:.2f}, recall {families['recall']:.2f}; "
            f"kind right {families['kind_right']:.2f}",
        ],
        [
            "groups of 10,000 pictures of clothes, NMI with their classes at three depths",
            ", ".join(f"{value:.2f}" for value in clothes["nmi"]),
        ],
        [
            f"groups of {drawings['files']:,} drawings, AMI with their folders at the best depth (k-means: {rivals})",
            f"{max(drawings['ami']):.2f}",
        ],
        ["old pieces that change their group when 1 % come", f"{clothes['moved_by_1_percent']:.1%}"],
        [
            f"labels from ten examples, mean average precision (PCA {means['pca-64']:.2f}, phash {means['phash']:.2f})",
            f"{means['looks and traits']:.2f}",
        ],
        [
            "after twenty answers: chosen, at random",
            f"{means['20 chosen']:.2f}, {means['20 at random']:.2f}",
        ],
        *(
            [
                f"{each['pieces']:,} {what}, the first time: families, groups, map; most memory",
                f"{', '.join(duration(each[verb]['seconds']) for verb in ORDERED)}; "
                f"{max(each[verb]['most_mb'] for verb in ORDERED) / 1000:.1f} GB",
            ]
            for what, each in (("small pictures", many["small"]),)
        ),
    )


def duration(seconds: float) -> str:
    """In seconds or minutes, as one would say it."""
    return f"{seconds:.0f} s" if seconds < SAID_IN_SECONDS else f"{seconds / 60:.1f} min"


def cleaning_tables() -> str:
    """What is measured of the cleaner, as Markdown."""
    figures, ours, chain = result("clean"), "pochade", "despeckled, then non-local means"
    scans, noise, spots, kept = (figures[name] for name in ("scans", "white_noise", "spots", "hatching"))
    seconds, memory = figures["big"]["seconds"]["median"], figures["big"]["most_mb"]["median"] / 1000
    rivals = sorted((name for name in scans if name not in ("the scan", ours)), key=lambda name: -psnr(scans[name]))
    names, two = ["the scan", ours, *rivals[:3]], (ours, chain)
    text = lines_of(
        [f"{scans[ours]['psnr']['n']} drawings, badly scanned", *names],
        ["PSNR, dB", *(f"{psnr(scans[name]):.1f}" for name in names)],
        ["strokes, F1 at 2/1000", *(f"{scans[name]['f1_at_2']['mean']:.3f}" for name in names)],
        ["colour of paint, CIEDE2000", *(f"{scans[name]['ciede2000']['mean']:.1f}" for name in names)],
    )
    text += lines_of(
        ["share", *two],
        ["specks of 0.1 to 1 mm removed", *(f"{spots[name]['dust']['removed']:.0%}" for name in two)],
        ["dots of stipple lost", *(f"{spots[name]['stipple']['lost']:.1%}" for name in two)],
        ["stars lost", *(f"{spots[name]['stars']['lost']:.1%}" for name in two)],
        ["contrast of fine hatching kept", *(f"{kept[name]['all']['mean']:.0%}" for name in two)],
    )
    return (
        f"{text}White noise of deviation 25: from {psnr(noise['none']):.1f} dB to {psnr(noise[ours]):.1f}; BM3D, told "
        f"the deviation, {psnr(noise['bm3d']):.1f} in {noise['times_faster']:.0f} times the time. Clean drawings come "
        f"back with {figures['clean_in']['mean']:.0f} dB. 12 megapixels take {seconds:.0f} s and {memory:.1f} GB.\n"
        f"{measured_on('clean')}"
    )


def psnr(figures: dict[str, Any]) -> float:
    """The mean PSNR among some figures, in dB."""
    return float(figures["psnr"]["mean"])


def found(copies: dict[str, Any], edits: tuple[str, ...]) -> str:
    """How many copies are found, for some of the edits."""
    rows = [
        [name, *(f"{copies[method][figure][edit]:.2f}" for edit in edits)]
        for name, method, figure in (
            ("found at 99 % precision, look", "look", "recall_of_edit"),
            ("the same, perceptual hash", "phash-256", "recall_of_edit"),
            ("comes first, look", "look", "recall_at_1_of_edit"),
        )
    ]
    return lines_of(["copies", *edits], *rows)


def study_table() -> str:
    """What is measured of the study, as Markdown."""
    training, study, dimensions = (result(name) for name in ("training", "study", "dimensions"))
    tutorial, fast = study["tutorial"], study["fast"]
    rows = [
        ("", "tutorial recipe", "fast recipe"),
        ("---", "---:", "---:"),
        (
            f"training of the autoencoder, seconds (median of {training['fast']['seconds']['n']})",
            f"{training['tutorial']['seconds']['median']:.0f}",
            f"{training['fast']['seconds']['median']:.0f}",
        ),
        (
            "its test MSE, 576 numbers",
            f"{training['tutorial']['test_mse']['median']:.5f}",
            f"{training['fast']['test_mse']['median']:.5f}",
        ),
        ("VAE's test MSE, 16 numbers", f"{tutorial['vae_test_mse']:.5f}", spread(fast["vae_test_mse"], 5)),
        *(
            (
                f"{title} of new pictures, {prior} prior (real ones: {study['floor'][measure]:.{digits}f})",
                f"{tutorial[f'{measure}_{prior}_prior']:.{digits}f}",
                spread(fast[f"{measure}_{prior}_prior"], digits),
            )
            for measure, title, digits in (("fcd", "FCD", 1), ("kid", "KID", 3), ("coverage", "coverage", 2))
            for prior in ("normal", "learned")
        ),
        (
            "10-nearest-neighbour accuracy, 64 numbers",
            f"{tutorial['knn_accuracy']:.3f}",
            spread(fast["knn_accuracy"], 3),
        ),
        (
            "clustering accuracy / NMI",
            f"{tutorial['clustering_accuracy']:.3f} / {tutorial['clustering_nmi']:.3f}",
            f"{spread(fast['clustering_accuracy'], 3)} / {spread(fast['clustering_nmi'], 3)}",
        ),
        ("the whole study, seconds", f"{tutorial['wall_seconds']:.0f}", spread(fast["wall_seconds"], 0)),
    ]
    text = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    header = ["numbers in the latent", *dimensions["by_dimension"]]
    errors = [
        (name, *(f"{row[key]:.5f}" for row in dimensions["by_dimension"].values()))
        for name, key in (("PCA, test MSE", "pca_test_mse"), ("autoencoder, fast recipe", "autoencoder_test_mse"))
    ]
    text += "\n" + lines_of(header, *(list(row) for row in errors)).rstrip("\n") + "\n"
    return (
        f"{text}\n± is the standard deviation over {fast['wall_seconds']['n']} seeds. "
        f"{measured_on('training', 'study', 'dimensions')}"
    )


TABLES = {
    "figures": study_table,
    "collection figures": collection_tables,
    "cleaning figures": cleaning_tables,
    "archive figures": archive_tables,
    "creation figures": creation_tables,
}

if __name__ == "__main__":
    main()
