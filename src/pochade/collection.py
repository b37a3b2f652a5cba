"""`Collection`: a folder of art to learn, search, organise, and generate new pictures from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pochade.cluster.cluster_methods import ClusterMethods
from pochade.create.create_methods import CreateMethods
from pochade.index.active_models import ActiveModels
from pochade.index.collection_place import locate_collection
from pochade.index.database import Index
from pochade.index.library import Library
from pochade.index.model_store import model_in_use
from pochade.index.picture_records import CollectionInfo, Filter, Match, PictureFile, ReadProblem
from pochade.index.search_methods import SearchMethods
from pochade.learn.eye_methods import EyeMethods
from pochade.learn.learn_methods import LearnMethods
from pochade.organise.organise_methods import OrganiseMethods

if TYPE_CHECKING:  # heavy imports stay inside functions, so that `import pochade` and --help stay light
    from pochade.images.geometry.letterbox import Squares


class Collection(SearchMethods, LearnMethods, EyeMethods, ClusterMethods, OrganiseMethods, CreateMethods):
    """A folder of art and its index; `Collection.open` opens one.

        with Collection.open("drawings") as collection:
            collection.learn()
            matches = collection.find("sketch.png")

    Originals are only read. Everything that is learnt goes to the index, which is the folder `.pochade` in the folder
    of the art unless another place is given. Methods that need the index raise `CollectionMissing` if nothing has been
    learnt yet, and `IndexDamaged` if the index can't be read.

    This class is a facade: each method calls a function of the index, `learn`, `organise` or `create`.

    Args:
        folder: The folder of the art.
        home: The folder that holds the files of the index.
        place: The database of the index: an SQLite file, or the URL of a database.
    """

    def __init__(self, folder: Path, home: Path, place: Path | str) -> None:
        self.library = Library(folder, home, place)

    @classmethod
    def open(cls, folder: Path | str, *, index: Path | str | None = None) -> "Collection":
        """Open the collection of a folder; nothing is written until `learn` is called.

        Args:
            folder: The folder of the art.
            index: Another place for the index: a folder, or the URL of a database (`postgresql+psycopg://…`). With a
                URL, embeddings, sketches and thumbnails still go to a folder in `.pochade` in the folder.

        Raises:
            CollectionMissing: The folder does not exist.
        """
        place = locate_collection(folder, index)
        return cls(place.folder, place.home, place.database)

    def __enter__(self) -> "Collection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index; the next method opens it again."""
        self.library.close()

    @property
    def folder(self) -> Path:
        """The folder of the art, as an absolute path."""
        return self.library.folder

    @property
    def home(self) -> Path:
        """The folder that holds the files of the index."""
        return self.library.home

    @property
    def place(self) -> Path | str:
        """The database of the index: an SQLite file, or the URL of a database."""
        return self.library.place

    @property
    def index(self) -> Index:
        """The database, opened on first use.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        return self.library.index

    @property
    def models(self) -> ActiveModels:
        """The models that this collection uses, and the embeddings and sketches that they made."""
        return self.library.models

    @property
    def in_use(self) -> ActiveModels:
        """Alias of `models`, kept for scripts."""
        return self.models

    @property
    def thumbnails(self) -> Path:
        """The folder of the thumbnails."""
        return self.library.thumbnails

    # Look up ---------------------------------------------------------------------------------------------------------

    def pictures(self) -> list[PictureFile]:
        """Every file that holds a picture, sorted by path."""
        return self.library.pictures()

    def pieces(self) -> list[PictureFile]:
        """Alias of `pictures`, kept for scripts."""
        return self.pictures()

    def problems(self) -> list[ReadProblem]:
        """Every file that could not be read as a picture, with the reason, sorted by path."""
        return self.library.problems()

    def info(self) -> CollectionInfo:
        """Counts, formats and sizes of the whole collection, and the model in use."""
        return self.library.info()

    def sketches(self) -> NDArray[np.uint8]:
        """The sketches of all pictures, which only this collection's `redraw` can decode.

        Returns:
            Sketches (n, 256); a picture's sketch is in the row `PictureFile.row`.
        """
        return self.models.sketches(self.index.row_count())

    def codes(self) -> NDArray[np.uint8]:
        """Alias of `sketches`, kept for scripts."""
        return self.sketches()

    def redraw(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Decode sketches of this collection.

        Args:
            codes: Sketches (n, 256).

        Returns:
            Pictures (n, 96, 96, 3), each in the middle of a white square.

        Raises:
            PictureDamaged: A sketch is damaged, or was made by other models.
        """
        return self.models.embedder.reconstruct(codes)

    def redraw_of(self, picture: PictureFile) -> NDArray[np.uint8]:
        """Decode the sketch of a picture.

        Args:
            picture: A picture of this collection.

        Returns:
            The reconstructed picture (H, W, 3), 96 pixels on the longer side.

        Raises:
            PictureDamaged: The sketch is damaged.
        """
        return self.library.redraw_of(picture)

    def active_model(self) -> Any | None:
        """The record of the models in use, with `name`, `learnt` and `figures`; None if there is none yet."""
        return model_in_use(self.index)

    def model_name(self) -> str:
        """The name of the models that made the embeddings and sketches."""
        return self.models.embedder.name

    # Find ------------------------------------------------------------------------------------------------------------

    def find(self, image: Any, k: int = 10, *, among: Filter | None = None) -> list[Match]:
        """Find the files whose pictures look most like a picture, including all copies.

        The embeddings propose the nearest files. The first few of them are then aligned with the picture, which shows
        whether they are of the same work.

        Args:
            image: A path, a Pillow image, or an array (H, W, 3) of uint8; in the collection or not.
            k: The maximum number of files.
            among: The pictures to search; all of them if None.

        Returns:
            The matches: those of the same work first, then the others by distance.

        Raises:
            PictureUnreadable: The file can't be read as a picture.
            CollectionMissing: Nothing has been learnt yet.
            UsageError: k is below 1.
        """
        from pochade.organise.picture_finder import find_pictures  # noqa: PLC0415

        return find_pictures(self.library, image, k, among=among)

    def nearest(self, look: NDArray[np.float32], k: int, *, among: Filter | None = None) -> list[Match]:
        """Find the files whose embeddings are nearest to an embedding, without aligning pictures.

        Args:
            look: The embedding (64,), of unit length.
            k: The maximum number of files.
            among: The pictures to search; all of them if None.

        Returns:
            The matches, nearest first.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        return self.library.nearest(look, k, among=among)

    def neighbours(self, picture: PictureFile, k: int = 10) -> list[Match]:
        """Find the files whose embeddings are nearest to that of a picture, without the picture's own files.

        Args:
            picture: A picture of this collection.
            k: The maximum number of files.

        Returns:
            The matches, nearest first.
        """
        return self.library.neighbours(picture, k)

    def laid_over(self, query: "Squares", look: NDArray[np.float32], matches: list[Match], count: int) -> list[Match]:
        """Compare the first matches with a picture, and sort those of the same work to the front.

        Args:
            query: The picture, as the models read it. `find` knows it in more detail, and says more surely what is the
                same work.
            look: The embedding of the picture (64,).
            matches: The files nearest to the embedding, nearest first.
            count: The number of matches to compare.

        Returns:
            All matches: those of the same work first, then the others by distance.
        """
        from pochade.organise.picture_finder import compare_matches  # noqa: PLC0415

        return compare_matches(self.library, query.whole.picture, look, matches, count)
