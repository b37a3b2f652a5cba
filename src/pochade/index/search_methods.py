"""The methods of `Collection` that search by words."""

from collections.abc import Mapping

from pochade.errors import UsageError
from pochade.index.library import Library
from pochade.index.picture_records import Filter, PictureFile
from pochade.index.picture_search import search_numbers, search_pictures
from pochade.index.saved_searches import delete_search, read_searches, save_search
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

    def saved_searches(self) -> dict[str, dict[str, str]]:
        """The searches that were saved: filters of the page's wall by name, with the words as `q`."""
        return read_searches(self.library.index)

    def save_search(self, name: str, filters: Mapping[str, str]) -> None:
        """Save a search of the page's wall under a name, in place of an earlier one.

            collection.save_search("harbour owls", {"q": "owl", "label": "harbour"})

        Args:
            name: 1 to 256 characters on one line.
            filters: Values of q, folder, technique, format, shape, year, colour, label, group and sort.

        Raises:
            UsageError: The name or a filter is not valid, or there are 200 searches.
        """
        save_search(self.library.index, name, filters)

    def delete_search(self, name: str) -> None:
        """Delete a saved search; the pictures stay as they are.

        Raises:
            UsageError: There is no such search.
        """
        delete_search(self.library.index, name)

    def pictures_with_words(self, query: str) -> set[int]:
        """The numbers of the pictures that `search` finds; all numbers if the query has no word and no condition.

        Raises:
            UsageError: The query has a condition that makes no sense.
            CollectionMissing: Nothing has been learnt yet.
        """
        return search_numbers(self.library.index, parse_query(query))
