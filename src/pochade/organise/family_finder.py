"""Find the families of a collection: the duplicates and versions of each work."""

from collections.abc import Iterable

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.linkage import average_linkage
from pochade.index.library import Library
from pochade.index.pictures import PictureFile
from pochade.organise.cover_rules import check_cover_rule, choose_cover
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.organise.pair_scoring import PairScore, PairScorer, max_scored_pairs, propose_pairs
from pochade.organise.pixel_duplicates import PixelDuplicates
from pochade.system.progress import Report

MAX_ROUNDS = 4  # of linking pictures and comparing them with the covers
SAME_PIXELS_COSINE = 0.999  # of the embeddings of pictures whose pixels are compared
KIND_ORDER: tuple[MemberKind, ...] = ("exact", "near", "version")


def find_families(library: Library, rule: str | None, report: Report) -> list[Family]:
    """Find the families of a collection, those with the most bytes to spare first.

    Args:
        library: The collection.
        rule: The rule that chooses covers before all others: a key of `COVER_RULES`.
        report: Called with the progress.

    Raises:
        UsageError: There is no such rule.
    """
    check_cover_rule(rule)
    files = library.files_by_number()
    embeddings = library.models.embeddings(library.index.row_count())  # after the files: `learn` may be adding pictures
    duplicates = PixelDuplicates(files, library.index)
    scorer = PairScorer(library.index, library.models)
    return FamilyFinder(files, embeddings, scorer, duplicates, report).families(rule)


class FamilyFinder:
    """Links the pictures of a collection into families.

    Args:
        files: The files of each picture, by number.
        embeddings: Of all pictures (N, 64), by row.
        scorer: Scores pairs of pictures.
        duplicates: Finds pictures with the same pixels.
        report: Called with the progress.
    """

    def __init__(
        self,
        files: dict[int, list[PictureFile]],
        embeddings: Floats,
        scorer: PairScorer,
        duplicates: PixelDuplicates,
        report: Report,
    ) -> None:
        self.files, self.embeddings, self.report = files, embeddings, report
        self.scorer, self.duplicates = scorer, duplicates
        self.scores: dict[tuple[int, int], PairScore] = {}  # by picture numbers, the lower first

    def families(self, rule: str | None) -> list[Family]:
        """Find every family, those with the most bytes to spare first."""
        self._score_likeliest_pairs()
        linked = self._link()
        for _ in range(MAX_ROUNDS):  # a picture may leave its family once it is compared with the cover
            if not self._compare_with_covers(linked, rule):
                break
            linked = self._link()
        else:
            self._compare_with_covers(linked, rule)  # so that each member has a score with its cover
        result = [self._family(numbers, rule) for numbers in linked]
        return sorted(result, key=lambda family: (-family.spare_bytes, family.cover))

    def _score_likeliest_pairs(self) -> None:
        self.scores = self.scorer.known()
        rows = np.array(sorted(files[0].row for files in self.files.values()), np.int64)
        pairs, cosines = propose_pairs(self.embeddings, rows)
        numbers = np.sort(self.scorer.numbers[pairs], 1)
        unknown = [place for place, pair in enumerate(map(tuple, numbers.tolist())) if pair not in self.scores]
        self._score(pairs[unknown[: max_scored_pairs(len(rows))]])
        self.duplicates.compare(numbers[cosines >= SAME_PIXELS_COSINE].tolist())

    def _link(self) -> list[list[int]]:
        """The picture numbers of each family, including pictures that are alone but have several files."""
        links = {pair: score.same for pair, score in self.scores.items() if self._have_files(pair)}
        links |= {(first, number): 1.0 for number, first in self.duplicates.first.items() if number != first}
        pairs = np.array(list(links), np.int64).reshape(-1, 2)
        linked = average_linkage(pairs, np.array(list(links.values()), np.float32))
        alone = {number for number, files in self.files.items() if len(files) > 1}.difference(*linked)
        return linked + [[number] for number in sorted(alone)]

    def _have_files(self, pair: tuple[int, int]) -> bool:
        return pair[0] in self.files and pair[1] in self.files

    def _score(self, pairs: Integers) -> None:
        if len(pairs):
            self.scorer.score(pairs, self.embeddings, self.report)
            self.scores = self.scorer.known()

    def _compare_with_covers(self, linked: list[list[int]], rule: str | None) -> bool:
        """Score each picture with the cover of its family; False when all scores are known already."""
        covers = [(choose_cover(self._files_of(numbers), rule)[0].number, numbers) for numbers in linked]
        missing = [
            [self._row(cover), self._row(number)]
            for cover, numbers in covers
            for number in numbers
            if number != cover and (min(cover, number), max(cover, number)) not in self.scores
        ]
        self._score(np.array(missing, np.int64))
        return bool(missing)

    def _row(self, number: int) -> int:
        return self.files[number][0].row

    def _files_of(self, numbers: Iterable[int]) -> list[PictureFile]:
        return [file for number in numbers for file in self.files[number]]

    def _family(self, numbers: list[int], rule: str | None) -> Family:
        cover, reason = choose_cover(self._files_of(numbers), rule)
        others = [self._member(file, cover) for file in self._files_of(numbers) if file.path != cover.path]
        others.sort(key=lambda member: (KIND_ORDER.index(member.kind), member.path))
        return Family(cover.path, reason, (FamilyMember(cover.path, "exact", 1.0, cover), *others))

    def _member(self, file: PictureFile, cover: PictureFile) -> FamilyMember:
        first, second = sorted((file.number, cover.number))
        if self.duplicates.are_equal(first, second):
            return FamilyMember(file.path, "exact", 1.0, file)
        score = self.scores[first, second]
        return FamilyMember(file.path, "near" if score.near >= score.version else "version", score.same, file)
