"""The methods of `Collection` that change its index: learn the folder, forget pictures, export and import answers."""

from collections.abc import Sequence
from pathlib import Path

from pochade.index import answers_file, picture_removal
from pochade.index.library import Library
from pochade.index.picture_records import GonePicture, LearnResult
from pochade.system.progress import Report, ignore_progress


class LearnMethods:
    """The methods for learning and forgetting, and for saving what the person said."""

    library: Library

    # Learn -----------------------------------------------------------------------------------------------------------

    def learn(
        self,
        minutes: float | None = None,
        report: Report = ignore_progress,
        *,
        again: bool = False,
        exclude: Sequence[str] = (),
        accept_missing: bool = False,
        extend_eye: bool = True,
    ) -> LearnResult:
        """Read new and changed files, embed their pictures, and fine-tune the models on them.

        Fine-tuned models are only used if they are better on pictures that they were not trained on. An interrupted run
        continues with the next call.

        Args:
            minutes: The time for training. 0 trains nothing; None chooses up to 5 minutes by the number of pictures, or
                0 if there are few pictures or few new ones.
            report: Called with the progress.
            again: Compare the content of every file, even if its size and dates are unchanged.
            exclude: Patterns of files and folders to pass over, in the form of `.gitignore`. A file `.pochadeignore` in
                the folder, or in a folder below, does the same.
            accept_missing: Go on even if most files are gone.
            extend_eye: Embed new pictures with the eye of the collection, too, if it has one.

        Returns:
            How many pictures are new, which files could not be read, and the figures of the training.

        Raises:
            FilesMissing: More than half of the files are gone, or a folder that had files is empty.
            UsageError: Another process is learning this folder, the minutes are not a finite number, or a pattern is
                invalid.
            OutputUnwritable: The index can't be written.
        """
        from pochade.learn.learn_folder import LearnOptions, learn_folder  # noqa: PLC0415

        return learn_folder(self.library, minutes, report, LearnOptions(again, exclude, accept_missing, extend_eye))

    # Forget, export, import ------------------------------------------------------------------------------------------

    def gone_pictures(self) -> list[GonePicture]:
        """The pictures that the index knows, but that have no file any more."""
        return picture_removal.pictures_without_files(self.library.index)

    def forget(self, pictures: Sequence[GonePicture]) -> int:
        """Remove pictures whose files are gone from the index, with their labels, thumbnails and vectors.

        Args:
            pictures: Some of `gone_pictures`. Those that have a file again stay.

        Returns:
            How many pictures were removed.

        Raises:
            UsageError: Another process is learning this folder.
        """
        return picture_removal.remove_pictures(self.library, pictures)

    def export_answers(self, to: Path | str) -> int:
        """Write labels, groups, verdicts and roles of folders to a JSON file; `import_answers` restores them from it.

        Args:
            to: The file; an earlier export is replaced.

        Returns:
            How many pictures have a label, a group or a verdict.

        Raises:
            OutputUnwritable: The file can't be written, or another file is there.
        """
        return answers_file.export_answers(self.library.index, Path(to))

    def import_answers(self, source: Path | str) -> answers_file.ImportedAnswers:
        """Add everything that an export says to the index. What the person said in this index stays.

        Args:
            source: The file that `export_answers` wrote.

        Raises:
            DataMissing: The file can't be read.
            DataDamaged: It is no export, or it is damaged.
            UsageError: The groups were changed at the same time.
        """
        return answers_file.import_answers(self.library.index, Path(source))
