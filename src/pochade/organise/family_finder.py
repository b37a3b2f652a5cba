"""Find the families of a collection: the duplicates and versions of each work."""

from collections.abc import Iterable

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.linkage import average_linkage
from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.organise.cover_rules import check_cover_rule, choose_cover
from pochade.organise.family_model import Family, FamilyMember, MemberKind
from pochade.organise.pair_scoring import PairScore, PairScorer, max_scored_pairs, propose_pairs
from pochade.organise.pixel_duplicates import PixelDuplicates
from pochade.system.progress import Report

MAX_ROUNDS = 4  # of linking pictures, and of scoring them with the covers of their families
SAME_PIXELS_COSINE = 0.999  # of the embeddings of pictures whose pixels are compared
KIND_ORDER: tuple[MemberKind, ...] = ("exact", "near", "version")


def find_families(library: Library, rule: str | None, report: Report) -> list[Family]:
    """Find the families of a collection. The family whose copies take the most bytes comes first.

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
    scorer = PairScorer(library.index, library.models)
    return FamilyFinder(files, embeddings, scorer, duplicates, report).families(rule)


class FamilyFinder:
    """Links the pictures of a collection into families.

    Args:
        files: The files of each picture, by number.
        embeddings: The embeddings of all pictures (N, 64), by row.
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
        """Find every family. The family whose copies take the most bytes comes first."""
        self._score_likeliest_pairs()
        works = self._link()
        for _ in range(MAX_ROUNDS):  # a picture may leave its family once it is scored with the cover
            if not self._score_with_covers(works, rule):
                break
            works = self._link()
        else:
            self._score_with_covers(works, rule)  # so that each member has a score with its cover
        families = [self._family(numbers, rule) for numbers in works]
        return sorted(families, key=lambda family: (-family.spare_bytes, family.cover))

    def _score_likeliest_pairs(self) -> None:
        self.scores = self.scorer.stored_scores()
        rows = np.array(sorted(files[0].row for files in self.files.values()), np.int64)
        pairs, cosines = propose_pairs(self.embeddings, rows)
        numbers = np.sort(self.scorer.numbers[pairs], 1)
        unscored = [position for position, pair in enumerate(map(tuple, numbers.tolist())) if pair not in self.scores]
        self._score(pairs[unscored[: max_scored_pairs(len(rows))]])
        self.duplicates.compare(numbers[cosines >= SAME_PIXELS_COSINE].tolist())

    def _link(self) -> list[list[int]]:
        """The picture numbers of each work that has several pictures, or one picture with several files."""
        links = {pair: score.same for pair, score in self.scores.items() if self._have_files(pair)}
        equal_pairs = self.duplicates.first_equal.items()
        links |= {(first, number): 1.0 for number, first in equal_pairs if number != first}
        pairs = np.array(list(links), np.int64).reshape(-1, 2)
        works = average_linkage(pairs, np.array(list(links.values()), np.float32))
        unlinked = {number for number, files in self.files.items() if len(files) > 1}.difference(*works)
        return works + [[number] for number in sorted(unlinked)]

    def _have_files(self, pair: tuple[int, int]) -> bool:
        return pair[0] in self.files and pair[1] in self.files

    def _score(self, pairs: Integers) -> None:
        if len(pairs):
            self.scorer.score(pairs, self.embeddings, self.report)
            self.scores = self.scorer.stored_scores()

    def _score_with_covers(self, works: list[list[int]], rule: str | None) -> bool:
        """Score each picture with the cover of its family; False if all these scores exist already."""
        covers = [(choose_cover(self._files_of(numbers), rule)[0].number, numbers) for numbers in works]
        unscored = [
            [self._row(cover), self._row(number)]
            for cover, numbers in covers
            for number in numbers
            if number != cover and (min(cover, number), max(cover, number)) not in self.scores
        ]
        self._score(np.array(unscored, np.int64))
        return bool(unscored)

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
