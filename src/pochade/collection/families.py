"""The families of a collection: copies and versions of one work, told apart."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import numpy as np

from pochade.collection.family import Family, Kind, Member, cover
from pochade.collection.index import Index
from pochade.collection.learning import Report
from pochade.collection.pieces import Piece
from pochade.collection.verdicts import Judge, Verdict, most_pairs, proposed
from pochade.errors import PictureUnreadable
from pochade.images.picture import Picture
from pochade.images.read import read_picture
from pochade.organise.arrays import Floats, Integers
from pochade.organise.families import families

ALIKE = 0.999  # cosine of the looks from which two pieces of one size may have the same pixels
ORDER: tuple[Kind, ...] = ("exact", "near", "version")


class Kinship:
    """What is known of the works in a collection, and how pieces stand to each other.

    Args:
        pieces: Every file that counts.
        looks: Of all pieces (N, 64), by row.
        judge: Looks at pairs.
        index: Remembers pixels' hashes.
        report: Called with the progress.
    """

    def __init__(self, pieces: list[Piece], looks: Floats, judge: Judge, index: Index, report: Report) -> None:
        self.looks, self.judge, self.index, self.report = looks, judge, index, report
        self.files: dict[int, list[Piece]] = defaultdict(list)  # by the number of the piece
        for piece in pieces:
            self.files[piece.number].append(piece)
        self.verdicts: dict[tuple[int, int], Verdict] = {}
        self.twins: dict[int, int] = {}  # from a piece to the first one with its pixels

    def families(self, rule: str | None) -> list[Family]:
        """Every family, those with most to spare first."""
        self._look()
        numbers = [pair for pair in self.verdicts if pair[0] in self.files and pair[1] in self.files]
        same = np.array([self.verdicts[pair].same for pair in numbers], np.float32)
        found = families(np.array(numbers, np.int64).reshape(-1, 2), same)
        single = {number for number, files in self.files.items() if len(files) > 1}.difference(*found)
        found += [[number] for number in sorted(single)]
        self._find_twins(found)
        self._compare_with(self._covers(found, rule))
        told = [self._family(numbers, rule) for numbers in found]
        return sorted(told, key=lambda family: (-family.spare_bytes, family.cover))

    def _look(self) -> None:
        """Judge the likeliest pairs that were not judged before."""
        self.verdicts = self.judge.known()
        rows = np.array(sorted(files[0].row for files in self.files.values()), np.int64)
        pairs = proposed(self.looks, rows)
        self._judge(
            [pair for pair in pairs.tolist() if self._pair(*pair) not in self.verdicts][: most_pairs(len(rows))]
        )

    def _pair(self, row: int, other: int) -> tuple[int, int]:
        one, two = sorted((self.judge.numbers[row], self.judge.numbers[other]))
        return one, two

    def _judge(self, pairs: list[list[int]]) -> None:
        if pairs:
            self.judge.judge(np.array(pairs, np.int64), self.looks, self.report)
            self.verdicts = self.judge.known()

    def _covers(self, found: list[list[int]], rule: str | None) -> list[tuple[int, list[int]]]:
        """The cover's number of each family, and its members."""
        return [(cover(self._pieces(numbers), rule)[0].number, numbers) for numbers in found]

    def _compare_with(self, covers: list[tuple[int, list[int]]]) -> None:
        """Judge each member beside its cover, where that pair was not proposed."""
        missing = [
            [self._row(first), self._row(number)]
            for first, numbers in covers
            for number in numbers
            if number != first and (min(first, number), max(first, number)) not in self.verdicts
        ]
        self._judge(missing)

    def _row(self, number: int) -> int:
        return self.files[number][0].row

    def _pieces(self, numbers: Iterable[int]) -> list[Piece]:
        return [piece for number in numbers for piece in self.files[number]]

    def _family(self, numbers: list[int], rule: str | None) -> Family:
        chosen, reason = cover(self._pieces(numbers), rule)
        others = [self._member(piece, chosen) for piece in self._pieces(numbers) if piece.path != chosen.path]
        others.sort(key=lambda member: (ORDER.index(member.kind), member.path))
        return Family(chosen.path, reason, (Member(chosen.path, "exact", 1.0, chosen), *others))

    def _member(self, piece: Piece, chosen: Piece) -> Member:
        one, other = sorted((piece.number, chosen.number))
        if one == other or self.twins.get(one, one) == self.twins.get(other, other):
            return Member(piece.path, "exact", 1.0, piece)
        verdict = self.verdicts[one, other]
        return Member(piece.path, "near" if verdict.near >= verdict.version else "version", verdict.same, piece)

    # The same pixels in other files ----------------------------------------------------------------------------------

    def _find_twins(self, found: list[list[int]]) -> None:
        """Pieces of one family and size, whose looks agree, may have the same pixels: then they are read in full."""
        for numbers in found:
            for one, other in combinations(numbers, 2):
                if self._may_be_twins(self.files[one][0], self.files[other][0]):
                    digest = self._digest(one)
                    if digest and digest == self._digest(other):
                        self.twins[other] = self.twins.setdefault(one, one)

    def _may_be_twins(self, one: Piece, other: Piece) -> bool:
        size = (one.width, one.height) == (other.width, other.height)
        return size and float(self.looks[one.row] @ self.looks[other.row]) >= ALIKE

    def _digest(self, number: int) -> str | None:
        """The hash of a piece's pixels; None when it can't be read in full."""
        known = self.index.pixels_of(number)
        if known is None:
            try:
                known = digest_of(read_picture(self.files[number][0].path))
            except PictureUnreadable:
                return None
            self.index.note_pixels(number, known)
        return known


def digest_of(picture: Picture) -> str:
    """The SHA-256 of a picture's pixels and alpha, whatever file holds them; an alpha that hides nothing is none."""
    colours = deep(np.broadcast_to(picture.pixels, (*picture.pixels.shape[:2], 3)))
    digest = hashlib.sha256(str(colours.shape).encode())
    digest.update(np.ascontiguousarray(colours).tobytes())
    if picture.alpha is not None and picture.alpha.min() < np.iinfo(picture.alpha.dtype).max:
        digest.update(np.ascontiguousarray(deep(picture.alpha)).tobytes())
    return digest.hexdigest()


def deep(values: Integers) -> Integers:
    """Values of 8 bits as 16, so that both depths compare."""
    return values.astype(np.uint16) * 257 if values.dtype == np.uint8 else values
