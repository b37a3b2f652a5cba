"""What is measured of archives, as Markdown."""

from experiments.bench.markdown import lines_of, measured_on, result

RESTORED = {
    "drawings": "drawings",
    "figures, never seen": "painted figures",
    "figures, after training on others": "painted figures, after {:.0f} minutes with others by the same artists",
}


def archive_tables() -> str:
    """Of whole archives, and of what the net adds to AVIF."""
    archive, fidelity, restoring = (result(name) for name in ("archive", "fidelity", "restoring"))
    sizes, flips, kills = archive["sizes"], archive["flips"], archive["kills"]
    text = lines_of(
        ["an archive", ""],
        [
            f"{sizes['pieces']} pieces without loss: bytes beside those of the best single coder",
            f"{sizes['beside_the_best_single']:.3f}",
        ],
        [f"its {sizes['jpegs']} JPEGs, byte for byte: smaller by", f"{sizes['jpegs_smaller_by']:.0%}"],
        *(
            [
                f"`{name}`, {fidelity['pieces']} pieces: bytes beside those of the best single coder; lowest score",
                f"{fidelity[name]['ratio_to_best_single']:.3f}; {fidelity[name]['lowest_score']:.1f}",
            ]
            for name in ("high", "medium")
        ),
        [
            "single bits flipped: found, pieces lost at most",
            f"{flips['found']:,} of {flips['flips']:,}, {flips['most_lost']}",
        ],
        [
            f"runs ({kills['kills']} of {kills['runs']} killed): no original touched, no archive falsely whole",
            f"{kills['honest']} of {kills['runs']}",
        ],
    )
    text += lines_of(
        ["AVIF with our net, beside AVIF alone", "bits at the same PSNR", "at the same SSIMULACRA2"],
        *(
            [
                title.format(restoring["minutes"]),
                f"{restoring[name]['bd_rate_psnr']:+.1f} %",
                f"{restoring[name]['bd_rate_ssimulacra2']:+.1f} %",
            ]
            for name, title in RESTORED.items()
        ),
    )
    return text + measured_on("archive", "fidelity", "restoring")
