"""The families of a collection: copies and versions of one work, told apart."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.linkage import families
from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Picture
from pochade.images.io.read import read_picture
from pochade.index.database import Index
from pochade.index.pictures import PictureFile, moment
from pochade.organise.family_model import Family, FamilyMember, Kind, cover
from pochade.organise.pair_scoring import PairScore, PairScorer, most_pairs, proposed
from pochade.system.progress import Report

ROUNDS = 4  # of gathering and comparing with the covers
ALIKE = 0.999  # cosine of the looks from which two pieces of one size may have the same pixels
ORDER: tuple[Kind, ...] = ("exact", "near", "version")


class FamilyFinder:
    """What is known of the works in a collection, and how pieces stand to each other.

    Args:
        pieces: Every file that counts.
        looks: Of all pieces (N, 64), by row.
        judge: Looks at pairs.
        index: Remembers pixels' hashes.
        report: Called with the progress.
    """

    def __init__(
        self, pieces: list[PictureFile], looks: Floats, judge: PairScorer, index: Index, report: Report
    ) -> None:
        self.looks, self.judge, self.index, self.report = looks, judge, index, report
        self.files: dict[int, list[PictureFile]] = defaultdict(list)  # by the number of the piece
        for piece in pieces:
            self.files[piece.number].append(piece)
        self.verdicts: dict[tuple[int, int], PairScore] = {}
        self.twins: dict[int, int] = {}  # from a piece to the first one with its pixels
        self.digests = index.pixels()

    def families(self, rule: str | None) -> list[Family]:
        """Every family, those with most to spare first."""
        self._look()
        found = self._gathered()
        for _ in range(ROUNDS):  # a member may turn out to be apart from its cover once the two are compared
            if not self._compare_with(self._covers(found, rule)):
                break
            found = self._gathered()
        else:
            self._compare_with(self._covers(found, rule))  # what they are told to be rests on it
        told = [self._family(numbers, rule) for numbers in found]
        return sorted(told, key=lambda family: (-family.spare_bytes, family.cover))

    def _look(self) -> None:
        """Judge the likeliest pairs that were not judged before, and find those with the same pixels."""
        self.verdicts = self.judge.known()
        rows = np.array(sorted(files[0].row for files in self.files.values()), np.int64)
        pairs, cosines = proposed(self.looks, rows)
        pieces = np.sort(self.judge.numbers[pairs], 1)
        unknown = [place for place, pair in enumerate(map(tuple, pieces.tolist())) if pair not in self.verdicts]
        self._judge(pairs[unknown[: most_pairs(len(rows))]])
        self._find_twins(pieces[cosines >= ALIKE].tolist())

    def _gathered(self) -> list[list[int]]:
        """The numbers of the pieces of each family, also of those that are one piece in several files."""
        same = {pair: verdict.same for pair, verdict in self.verdicts.items() if self._there(pair)}
        same |= {(first, number): 1.0 for number, first in self.twins.items() if number != first}
        pairs = np.array(list(same), np.int64).reshape(-1, 2)
        found = families(pairs, np.array(list(same.values()), np.float32))
        alone = {number for number, files in self.files.items() if len(files) > 1}.difference(*found)
        return found + [[number] for number in sorted(alone)]

    def _there(self, pair: tuple[int, int]) -> bool:
        return pair[0] in self.files and pair[1] in self.files

    def _judge(self, pairs: Integers) -> None:
        if len(pairs):
            self.judge.judge(pairs, self.looks, self.report)
            self.verdicts = self.judge.known()

    def _covers(self, found: list[list[int]], rule: str | None) -> list[tuple[int, list[int]]]:
        """The cover's number of each family, and its members."""
        return [(cover(self._pieces(numbers), rule)[0].number, numbers) for numbers in found]

    def _compare_with(self, covers: list[tuple[int, list[int]]]) -> bool:
        """Judge each member beside its cover, where that pair was not; False when there is none left."""
        missing = [
            [self._row(first), self._row(number)]
            for first, numbers in covers
            for number in numbers
            if number != first and (min(first, number), max(first, number)) not in self.verdicts
        ]
        self._judge(np.array(missing, np.int64))
        return bool(missing)

    def _row(self, number: int) -> int:
        return self.files[number][0].row

    def _pieces(self, numbers: Iterable[int]) -> list[PictureFile]:
        return [piece for number in numbers for piece in self.files[number]]

    def _family(self, numbers: list[int], rule: str | None) -> Family:
        chosen, reason = cover(self._pieces(numbers), rule)
        others = [self._member(piece, chosen) for piece in self._pieces(numbers) if piece.path != chosen.path]
        others.sort(key=lambda member: (ORDER.index(member.kind), member.path))
        return Family(chosen.path, reason, (FamilyMember(chosen.path, "exact", 1.0, chosen), *others))

    def _member(self, piece: PictureFile, chosen: PictureFile) -> FamilyMember:
        one, other = sorted((piece.number, chosen.number))
        if one == other or self.twins.get(one, one) == self.twins.get(other, other):
            return FamilyMember(piece.path, "exact", 1.0, piece)
        verdict = self.verdicts[one, other]
        return FamilyMember(piece.path, "near" if verdict.near >= verdict.version else "version", verdict.same, piece)

    # The same pixels in other files ----------------------------------------------------------------------------------

    def _find_twins(self, pairs: list[list[int]]) -> None:
        """Pieces of one size, whose looks agree, may have the same pixels: then they are read in full, each once."""
        asked = {number for pair in pairs if self._may_be_twins(*pair) for number in pair}
        first = dict[str, int]()
        for number in sorted(asked):
            if digest := self._digest(number):
                self.twins[number] = first.setdefault(digest, number)

    def _may_be_twins(self, number: int, other: int) -> bool:
        one, two = self.files[number][0], self.files[other][0]
        still = one.frames == two.frames == 1 and "TIFF" not in {one.format, two.format}  # which may have more pages
        return still and (one.width, one.height) == (two.width, two.height)

    def _digest(self, number: int) -> str | None:
        """The hash of a piece's pixels; None when it can't be read in full, or its file changed since it was learnt."""
        if number not in self.digests:
            piece = self.files[number][0]
            try:
                state = piece.path.stat()
                if state.st_size != piece.bytes or moment(state.st_mtime_ns) != piece.modified:
                    return None
                self.digests[number] = digest_of(read_picture(piece.path))
            except (OSError, PictureUnreadable, MemoryError):  # then they are no exact copies, as far as can be told
                return None
            self.index.note_pixels(number, self.digests[number])
        return self.digests[number]


def digest_of(picture: Picture) -> str:
    """The SHA-256 of a picture's pixels, profile and alpha; an alpha that hides nothing is none."""
    colours = deep(np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3)))
    digest = hashlib.sha256(f"{colours.shape} {picture.icc!r}".encode())
    digest.update(np.ascontiguousarray(colours).tobytes())
    if picture.alpha is not None and picture.alpha.min() < np.iinfo(picture.alpha.dtype).max:
        digest.update(np.ascontiguousarray(deep(picture.alpha)).tobytes())
    return digest.hexdigest()


def deep(values: Integers) -> Integers:
    """Values of 8 bits as 16, so that both depths compare."""
    return values.astype(np.uint16) * 257 if values.dtype == np.uint8 else values
