"""What generation needs from a collection: the generator, the latents of the pictures, and the prior fitted to them."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.prior.latent_prior import MIN_LATENTS, LatentPrior
from pochade.create.novelty import NoveltyReference
from pochade.create.picture_latents import generator_in_use, latents_of_pictures
from pochade.errors import CheckpointDamaged, UsageError
from pochade.index.library import Library
from pochade.models.generator_protocol import Generator
from pochade.organise.group_records import Group
from pochade.organise.grouping import stored_groups
from pochade.system.path_text import printable
from pochade.system.progress import Progress, Report

FITTING_STAGE = "fitting"  # the name of the stage after reading the pictures, in reports of progress


class GenerationContext(NamedTuple):
    """A collection, ready to generate from."""

    library: Library
    generator: Generator
    prior: LatentPrior
    novelty: NoveltyReference
    latents: dict[int, Floats]  # (D,) of each picture that has files, by its number


def prepare_context(library: Library, generator: Generator | None, report: Report) -> GenerationContext:
    """Encode the pictures and fit the prior. Latents and prior are cached until the pictures or the generator change.

    Args:
        library: The collection.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures.
        CollectionMissing: Nothing has been learnt yet.
        CheckpointDamaged: The file of the collection's generator is damaged.
    """
    files = library.files_by_number()
    if len(files) < MIN_LATENTS:
        raise UsageError(
            f"{len(files)} pictures are too few to generate others like them",
            f"learn a folder of {MIN_LATENTS} pictures or more",
        )
    generator = generator or generator_in_use(library.models)
    numbers = sorted(files)
    rows = np.array([files[number][0].row for number in numbers])
    latents = latents_of_pictures(generator, library.models, library.index.contents(), report)[rows]
    readable = np.isfinite(latents).all(1)
    rows, latents = rows[readable], np.ascontiguousarray(latents[readable])
    prior, novelty = _load_or_fit(library, generator, rows, latents, report)
    readable_numbers = [number for number, is_readable in zip(numbers, readable, strict=True) if is_readable]
    return GenerationContext(library, generator, prior, novelty, dict(zip(readable_numbers, latents, strict=True)))


def _load_or_fit(
    library: Library, generator: Generator, rows: Integers, latents: Floats, report: Report
) -> tuple[LatentPrior, NoveltyReference]:
    source = f"{generator.name} {library.index.name()} {rows.tolist()}"
    digest = hashlib.sha256(source.encode()).hexdigest()  # of the data that the two files were fitted to
    prior_file, novelty_file = library.home / "prior.safetensors", library.home / "grounds.safetensors"
    try:
        return LatentPrior.load(prior_file, digest), NoveltyReference.load(novelty_file, digest, latents)
    except CheckpointDamaged:
        report(Progress(FITTING_STAGE, 0, 1))
        prior = LatentPrior.fit(latents)
        embeddings = library.models.embeddings(library.index.row_count())[rows]
        novelty = NoveltyReference.measure(latents, embeddings, prior, generator)
        prior.save(prior_file, digest)
        novelty.save(novelty_file, digest)
        report(Progress(FITTING_STAGE, 1, 1))
        return prior, novelty


def fit_group_prior(context: GenerationContext, group: str | int, report: Report) -> LatentPrior:
    """Fit a prior to the pictures of a group; where they are too few, the collection's prior complements it.

    Args:
        context: The collection, ready to generate from.
        group: The name or number of the group.
        report: Called with the progress.

    Raises:
        UsageError: There is no such group, or it has too few pictures.
    """
    matching_group = find_group(group, stored_groups(context.library, report))
    paths = set(matching_group.paths)
    numbers = {file.number for file in context.library.pictures() if file.path in paths} & set(context.latents)
    if len(numbers) < MIN_LATENTS:
        raise UsageError(
            f"the group '{printable(matching_group.title)}' has {len(numbers)} pictures, too few to imagine others",
            f"choose a group of {MIN_LATENTS} pictures or more, or give some pictures with --like",
        )
    return LatentPrior.fit(np.stack([context.latents[number] for number in sorted(numbers)]), among=context.prior)


def find_group(name: str | int, groups: Sequence[Group]) -> Group:
    """Find a group among the top-level groups and their subgroups; if several match, the largest.

    Args:
        name: The group's number, name or description.
        groups: The top-level groups.

    Raises:
        UsageError: There is no such group.
    """
    candidates, queue = list[Group](), list(groups)
    while queue:
        candidates.append(queue.pop(0))
        queue += candidates[-1].groups
    key = str(name).strip().casefold()
    if isinstance(name, int):
        matches = [group for group in candidates if group.number == name]
    else:
        matches = [
            group for group in candidates if key in (str(group.number), (group.name or group.description).casefold())
        ]
    if matches:
        return max(matches, key=lambda group: len(group.paths))
    raise UsageError(f"there is no group '{printable(str(name))}'", "'pochade groups' lists their numbers and names")
