"""The methods of `Collection` that search by words."""

from pochade.errors import UsageError
from pochade.index.library import Library
from pochade.index.picture_records import Filter, PictureFile
from pochade.index.picture_search import search_numbers, search_pictures
from pochade.index.search_query import parse_query


class SearchMethods:
    """The methods for searching by words and properties."""

    library: Library

    def search(self, query: str, limit: int | None = None, *, among: Filter | None = None) -> list[PictureFile]:
        """Find pictures by words in their names, labels, captions and prompts, and by their properties.

            collection.search('owl label:harbour -technique:pencil colour:blue since:2024')

        The documentation of searches has the whole language. A picture in several files is found once.

        Args:
            query: Words and conditions; a picture must meet all of them.
            limit: The maximum number of pictures; all of them if None.
            among: The files to search; all of them if None.

        Returns:
            One file of each picture, sorted by path.

        Raises:
            UsageError: The query has no word and no condition, or one that makes no sense; or the limit is below 1.
            CollectionMissing: Nothing has been learnt yet.
        """
        if limit is not None and limit < 1:
            raise UsageError(f"{limit} pictures can't be found", "give a number from 1")
        return search_pictures(self.library, query, among)[:limit]

    def pictures_with_words(self, query: str) -> set[int]:
        """The numbers of the pictures that `search` finds; all numbers if the query has no word and no condition.

        Raises:
            UsageError: The query has a condition that makes no sense.
            CollectionMissing: Nothing has been learnt yet.
        """
        return search_numbers(self.library.index, parse_query(query))
