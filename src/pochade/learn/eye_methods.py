"""The methods of `Collection` for eyes: models by others that see what pictures show."""

from typing import TYPE_CHECKING, Any

from pochade.index.eye_record import EyeRecord
from pochade.index.library import Library
from pochade.index.picture_records import Filter, Match, PictureFile
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:
    from pochade.organise.meaning_search import EmbedWords


class EyeMethods:
    """The methods for the eye of a collection, and for searching by meaning."""

    library: Library

    def choose_eye(self, eye: str | None, report: Report = ignore_progress) -> None:
        """Let a model by others take the place of the theme model in groups, labels and the map.

            collection.choose_eye("siglip2")

        A model that is not on this machine is fetched from huggingface.co, which may be more than a gigabyte. It then
        embeds every picture, which takes minutes for thousands of pictures; an interrupted call is continued by the
        next one. `learn` embeds new pictures from then on.

        Args:
            eye: "siglip2", "clip" or "dinov2", a folder with a model, or ORG/MODEL; None for the theme model.
            report: Called with the progress.

        Raises:
            UsageError: The libraries for eyes are not installed, or there is no such model, or it can't be an eye.
            DataMissing: The hub can't be reached.
            CheckpointDamaged: The model can't be used.
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.embedding.eye_hub import describe_download, download_eye  # noqa: PLC0415
        from pochade.embedding.eye_source import NO_EYE, parse_eye_source  # noqa: PLC0415
        from pochade.learn.eye_choice import find_eye, measure_price, remember_eye, use_eye, use_no_eye  # noqa: PLC0415

        if eye is None or eye == NO_EYE:
            use_no_eye(self.library)
            return
        source = parse_eye_source(eye)
        folder = find_eye(source) or download_eye(describe_download(source), report)
        use_eye(self.library, measure_price(self.library, remember_eye(source, folder, report)).eye, report)

    def eye(self) -> EyeRecord | None:
        """The eye that groups, labels and the map use; None for the theme model.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.index.eye_store import eye_in_use  # noqa: PLC0415

        return eye_in_use(self.library.models)

    def find_by_meaning(self, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
        """Find the pictures that show what a picture shows, as the eye of the collection sees it.

        Unlike `find`, this knows nothing of copies and versions. A file of the collection needs no model.

        Args:
            image: A path, a Pillow image, or an array (H, W, 3) of uint8; in the collection or not.
            k: The maximum number of pictures.
            among: The files to search; all of them if None.

        Returns:
            One file of each picture, the nearest first.

        Raises:
            UsageError: The collection has no eye, or k is below 1.
            DataMissing: The eye is not installed on this machine.
            PictureUnreadable: The file can't be read as a picture.
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.meaning_search import find_by_meaning  # noqa: PLC0415

        return find_by_meaning(self.library, image, k, among=among)

    def meaning_neighbours(self, picture: PictureFile, k: int) -> list[Match]:
        """Find the pictures that the eye sees nearest to a picture of the collection; none if there is no eye.

        Args:
            picture: The picture, which is left out itself.
            k: The maximum number of pictures.

        Returns:
            One file of each picture, the nearest first.
        """
        from pochade.organise.meaning_search import meaning_neighbours  # noqa: PLC0415

        return meaning_neighbours(self.library, picture, k)

    def search_meaning(
        self, query: str, k: int = 10, *, among: Filter | None = None, embed_words: "EmbedWords | None" = None
    ) -> list[Match]:
        """Find the pictures that show what words say, even if no text has these words.

            collection.search_meaning("a lighthouse at night since:2024")

        Args:
            query: As for `search`. Its conditions hold; its words without operator and quotes are what is meant.
            k: The maximum number of pictures.
            among: The files to search; all of them if None.
            embed_words: Embeds the words; by default, the eye is loaded into this process.

        Returns:
            One file of each picture, the nearest first.

        Raises:
            UsageError: The collection has no eye that knows words, or the query has no such words.
            DataMissing: The eye is not installed on this machine.
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.organise.meaning_search import embed_words_here, search_meaning  # noqa: PLC0415

        return search_meaning(self.library, query, k, among=among, embed_words=embed_words or embed_words_here)
