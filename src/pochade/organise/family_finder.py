"""Find the duplicates and versions of each work, and the series of works that were made from each other."""

from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.linkage import average_linkage
from pochade.index.folder_roles import read_folder_roles
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.index.verdict_store import read_verdicts
from pochade.organise.cover_rules import check_cover_rule
from pochade.organise.family_builder import FamilyBuilder
from pochade.organise.family_model import Family
from pochade.organise.judged_relations import JudgedRelations
from pochade.organise.pair_proposals import max_aligned_pairs, propose_pairs
from pochade.organise.pair_prover import PairProver
from pochade.organise.pixel_duplicates import PixelDuplicates
from pochade.system.progress import Report

MAX_ROUNDS = 4  # of linking pictures, and of comparing them with the covers of their families
SAME_PIXELS_COSINE = 0.999  # of the embeddings of pictures whose pixels are compared
MIN_SAME = 0.55  # the mean likelihood of being one work, of the pairs between two parts of a family
MIN_RELATED = 0.4  # the mean likelihood of being related, of the pairs between two parts of a series


class RelatedPictures(NamedTuple):
    """What a collection has of one work, and of one series of works."""

    families: list[Family]  # the one with the most bytes to spare first; then copies that are versions of something
    series: list[Family]  # the one with the most works first


def find_related(library: Library, rule: str | None, report: Report) -> RelatedPictures:
    """Find the families and series of a collection.

    Args:
        library: The collection.
        rule: The rule for covers to apply first: a key of `COVER_RULES`.
        report: Called with the progress.

    Raises:
        UsageError: There is no such rule.
    """
    check_cover_rule(rule)
    files = library.files_by_number()
    embeddings = library.models.embeddings(library.index.row_count())  # after the files: `learn` may be adding pictures
    duplicates = PixelDuplicates(files, library.index)
    prover = PairProver(library.index, library.models)
    relations = JudgedRelations(prover, duplicates, read_verdicts(library.index))
    builder = FamilyBuilder(files, relations, library.folder, read_folder_roles(library.index), rule)
    return FamilyFinder(files, embeddings, relations, builder, report).find()


class FamilyFinder:
    """Links the pictures of a collection into families, and families into series.

    Args:
        files: The files of each picture, by number.
        embeddings: The embeddings of all pictures (N, 64), by row.
        relations: How pairs of pictures are related.
        builder: Makes families of linked pictures.
        report: Called with the progress.
    """

    def __init__(
        self,
        files: dict[int, list[PictureFile]],
        embeddings: Floats,
        relations: JudgedRelations,
        builder: FamilyBuilder,
        report: Report,
    ) -> None:
        self.files, self.embeddings, self.report = files, embeddings, report
        self.relations, self.builder = relations, builder

    def find(self) -> RelatedPictures:
        """Find every family and every series."""
        self._compare_nearest_pairs()
        works = self._link_works()
        for _ in range(MAX_ROUNDS):  # a picture may leave its family once it is compared with the cover
            is_compared = self._compare_with_covers(works)
            is_proved = self.builder.prove_resaves(works, self.report)
            if not (is_compared or is_proved):
                break
            works = self._link_works()
        families, copies = (
            sorted(map(self.builder.family, numbers), key=lambda family: (-family.spare_bytes, family.cover))
            for numbers in ([work for work in works if self._file_count(work) > 1], self._copy_sets(works))
        )
        series = [self.builder.series(units) for units in self._link_series(works)]
        return RelatedPictures(
            families + copies, sorted(series, key=lambda family: (-len(family.members), family.cover))
        )

    def _compare_nearest_pairs(self) -> None:
        rows = np.array(sorted(files[0].row for files in self.files.values()), np.int64)
        pairs, cosines = propose_pairs(self.embeddings, self.relations.prover.edge_maps(self.report), rows)
        numbers = np.sort(self.relations.prover.numbers[pairs], 1)
        known = self.relations.measured
        new = [position for position, pair in enumerate(map(tuple, numbers.tolist())) if pair not in known]
        self._prove(pairs[new[: max_aligned_pairs(len(rows))]])
        self.relations.duplicates.compare(numbers[cosines >= SAME_PIXELS_COSINE].tolist())

    def _prove(self, pairs: Integers, *, only_likely: bool = True) -> None:
        if len(pairs):
            self.relations.prover.prove(pairs, self.embeddings, self.report, only_likely=only_likely)
            self.relations.reload()

    def _link_works(self) -> list[list[int]]:
        """The numbers of the pictures of each work, for all pictures that are there."""
        links = {pair: same for pair, same in self.relations.same_works().items() if self._have_files(pair)}
        pairs = np.array(list(links), np.int64).reshape(-1, 2)
        works = average_linkage(pairs, np.array(list(links.values()), np.float32), MIN_SAME)
        single = self.files.keys() - {number for work in works for number in work}
        return works + [[number] for number in sorted(single)]

    def _copy_sets(self, works: list[list[int]]) -> list[list[int]]:
        """The pictures whose files are copies of each other, not of their work's cover: each is its own family."""
        covers = [(self.builder.cover_of(numbers)[0], numbers) for numbers in works if len(numbers) > 1]
        return [
            [number] for cover, numbers in covers for number in numbers if self.builder.has_own_copies(number, cover)
        ]

    def _have_files(self, pair: tuple[int, int]) -> bool:
        return pair[0] in self.files and pair[1] in self.files

    def _file_count(self, numbers: list[int]) -> int:
        return sum(len(self.files[number]) for number in numbers)

    def _compare_with_covers(self, works: list[list[int]]) -> bool:
        """Compare each picture with the cover of its family; False if all these relations are known already."""
        unknown = [
            [self.files[cover][0].row, self.files[number][0].row]
            for numbers in works
            if len(numbers) > 1
            for cover in [self.builder.cover_of(numbers)[0].number]
            for number in numbers
            if number != cover and not self.relations.is_known(cover, number)
        ]
        self._prove(np.array(unknown, np.int64).reshape(-1, 2), only_likely=False)
        return bool(unknown)

    def _link_series(self, works: list[list[int]]) -> list[list[list[int]]]:
        """The works of each series, each as the numbers of its pictures."""
        work_of = {number: position for position, numbers in enumerate(works) for number in numbers}
        links = dict[tuple[int, int], float]()
        for pair, likelihood in self.relations.related_works().items():
            if not self._have_files(pair):
                continue
            first, second = sorted(work_of[number] for number in pair)
            if first != second:
                links[first, second] = max(likelihood, links.get((first, second), 0.0))
        pairs = np.array(list(links), np.int64).reshape(-1, 2)
        series = average_linkage(pairs, np.array(list(links.values()), np.float32), MIN_RELATED)
        return [[works[position] for position in positions] for positions in series]
