"""What is measured of new pictures, as Markdown."""

from typing import Any

from experiments.bench.markdown import lines_of, measured_on, result, spread

OURS, TUTORIAL = "ours", "tutorial"
CLOTHES = (("frechet", "FCD", 1), ("density", "density", 2), ("coverage", "coverage", 2))


def creation_tables() -> str:
    """Of clothes beside pythae, of painted figures beside plain VAEs, of ways, and of the time that they take."""
    return clothes() + figures() + ways() + measured_on("generate", "manner", "morphs", "create")


def clothes() -> str:
    """10,000 new pictures of clothes."""
    found, models = result("generate")["verdict"], result("generate")["models"]
    names = {
        "Pochade": (OURS, "prior"),
        "the tutorial's VAE": (TUTORIAL, "normal"),
        f"best of pythae: {found['best_rival']}": tuple(found["best_rival"].split(", ")),
    }
    drawn = [models[model]["samplers"][sampler] for model, sampler in names.values()]
    return lines_of(
        ["10,000 new pictures of clothes", *names],
        *([title, *(spread(each[measure], digits) for each in drawn)] for measure, title, digits in CLOTHES),
    )


def figures() -> str:
    """500 new pictures in the manner of painted figures."""
    found = result("manner")
    names = {"Pochade": "ours", "plain VAE": "plain VAE", "the tutorial's, scaled up": "tutorial"}
    made: list[dict[str, Any]] = [found[name] for name in names.values()]
    return lines_of(
        [f"500 in the manner of {found['learnt']} painted figures, {found['minutes']:.0f} minutes", *names],
        ["KID, in features of our look net", *(f"{each['kid']:.2f}" for each in made)],
        [
            "nearer to one learnt than one in a hundred real ones",
            *(f"{each['nearer_than_held_out']:.1%}" for each in made),
        ],
    )


def ways() -> str:
    """Ways between pictures of clothes, and how long drawing takes."""
    found, taken = result("morphs"), result("create")
    kinds = [
        found[numbers]["ways"][way] for numbers in ("16 numbers", "64 numbers") for way in ("prior", "straight line")
    ]
    text = lines_of(
        [
            f"{found['pairs']} ways between clothes",
            "of 16 numbers",
            "a straight line",
            "of 64 numbers",
            "a straight line",
        ],
        ["middle: share of real codes less dense", *(f"{each['middle_percentile']['mean']:.2f}" for each in kinds)],
        ["largest step / mean step", *(f"{each['largest_step_over_mean']['mean']:.1f}" for each in kinds)],
    )
    samples, frames = (taken[name]["median"] for name in ("sixteen_samples_s", "sixty_frames_s"))
    return f"{text}Sixteen of 128 x 128 pixels take {samples:.1f} s, sixty frames between two {frames:.1f} s.\n"
