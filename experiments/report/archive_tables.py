"""Measurements of archives as Markdown."""

from typing import Any

from experiments.report.markdown import load_result, provenance, table

ARTIFACT_REMOVER_ROWS = {  # names in restoring.json, and what the table calls them
    "drawings": "drawings",
    "figures, never seen": "painted figures",
    "figures, after training on others": "painted figures, {:.0f} minutes of training on others by the same artists",
}


def archive_tables() -> str:
    """Sizes, damage and interruptions of whole archives, layered files, and what the artifact remover adds to AVIF."""
    names = ("archive", "effort", "fidelity", "additions", "layered", "restoring")
    archive, effort, fidelity, additions, layered, remover = (load_result(name) for name in names)
    return (
        _whole_archives(archive, fidelity)
        + _efforts(effort)
        + _large_archive(additions)
        + _layered_files(layered)
        + _artifact_remover(remover)
        + provenance(*names)
    )


def _whole_archives(archive: dict[str, Any], fidelity: dict[str, Any]) -> str:
    sizes, flips, kills = archive["sizes"], archive["flips"], archive["kills"]
    fidelities = [
        [
            f"`{name}`, {fidelity['pieces']} pictures: size relative to the best single codec; lowest score",
            f"{fidelity[name]['ratio_to_best_single']:.3f}; {fidelity[name]['lowest_score']:.1f}",
        ]
        for name in ("high", "medium")
    ]
    return table(
        ["an archive", ""],
        [
            f"`lossless`, {sizes['pieces']} pictures: size relative to the best single codec",
            f"{sizes['beside_the_best_single']:.3f}",
        ],
        [f"{sizes['jpegs']} JPEGs, restored byte for byte: smaller by", f"{sizes['jpegs_smaller_by']:.0%}"],
        *fidelities,
        [
            "single flipped bits: found; pictures lost to one flip, at most",
            f"{flips['found']:,} of {flips['flips']:,}; {flips['most_lost']}",
        ],
        [
            f"runs, {kills['kills']} of {kills['runs']} killed: no original touched, no archive falsely complete",
            f"{kills['honest']} of {kills['runs']}",
        ],
    )


def _efforts(effort: dict[str, Any]) -> str:
    rows = {"all": effort["all"]} | effort["kinds"]
    header = [
        f"lossless, {effort['all']['pictures']} mixed pictures",
        "megapixels",
        "`normal`: bytes relative to `best`",
        "processor seconds per megapixel: `normal`; `best`",
        "JPEG XL at effort 7 alone, only the pixels: bytes relative to `best`; seconds",
    ]
    return table(header, *([kind.replace("-", " "), *_effort_cells(figures)] for kind, figures in rows.items()))


def _effort_cells(figures: dict[str, Any]) -> list[str]:
    normal, best, single = (figures[name] for name in ("normal", "best", "jpeg_xl_7"))
    return [
        f"{figures['megapixels']:.1f}",
        f"{normal['bytes'] / best['bytes']:.3f}",
        f"{normal['seconds_per_megapixel']:.2f}; {best['seconds_per_megapixel']:.1f}",
        f"{single['bytes'] / best['bytes']:.3f}; {single['seconds_per_megapixel']:.2f}",
    ]


def _large_archive(additions: dict[str, Any]) -> str:
    verify, adding, parity = (additions[name] for name in ("verify", "adding_a_megabyte", "parity"))
    kills, flips = additions["killed_additions"], parity["flipped_bits"]
    failures = len(kills["failures"])
    return table(
        [f"a large archive: {verify['bytes'] / 1e9:.0f} GB of files that can't be made smaller", ""],
        ["`verify`, MB/s", f"{verify['megabytes_per_second']['median']:.0f}"],
        ["`compress` adds a file of 1 MB: seconds", f"{adding['seconds']['median']:.1f}"],
        ["bytes written besides that file, MB", f"{adding['written_bytes_beside_the_file']['median'] / 1e6:.1f}"],
        ["runs killed while they added a file; archives that lost something", f"{kills['kills']}; {failures}"],
        ["5 % of parity data: seconds to add", f"{parity['seconds_to_add']:.0f}"],
        ["a hole of 1 MB repaired by it", "yes" if parity["hole_of_a_megabyte"]["repaired"] else "no"],
        [
            f"{flips['count']:,} flipped bits: damaged entries, before and after the repair",
            f"{flips['damaged_entries']:,}; {flips['damaged_entries_after_repair']:,}",
        ],
    )


def _layered_files(layered: dict[str, Any]) -> str:
    rows = [
        [
            f"{layered[kind]['of_xz']['n']} painted {kind.upper()} of GIMP",
            f"{layered[kind]['of_xz_in_total']:.2f}",
            f"{max(layered[kind]['of_xz']['values']):.2f}",
            f"{layered[kind]['encode_seconds_per_megabyte']:.1f}; {layered[kind]['decode_seconds_per_megabyte']:.2f}",
        ]
        for kind in ("psd", "xcf")
    ]
    header = [
        "layered files, byte for byte",
        "size relative to `xz -9e`",
        "the largest",
        "processor seconds per MB, in and out",
    ]
    return table(header, *rows)


def _artifact_remover(remover: dict[str, Any]) -> str:
    rows = [
        [
            title.format(remover["minutes"]),
            f"{remover[name]['bd_rate_psnr']:+.1f} %",
            f"{remover[name]['bd_rate_ssimulacra2']:+.1f} %",
        ]
        for name, title in ARTIFACT_REMOVER_ROWS.items()
    ]
    return table(
        ["AVIF with our artifact remover against AVIF alone", "bits at equal PSNR", "at equal SSIMULACRA2"], *rows
    )
