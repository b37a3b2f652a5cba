"""The methods of `Collection` that share the work with other machines."""

from collections.abc import Callable, Sequence

from pochade.index.library import Library
from pochade.index.picture_records import LearnResult
from pochade.system.progress import Report, ignore_progress


class ClusterMethods:
    """The methods for learning a collection on many machines."""

    library: Library

    def learn_on_cluster(
        self,
        cluster: str,
        minutes: float | None = None,
        report: Report = ignore_progress,
        *,
        again: bool = False,
        exclude: Sequence[str] = (),
        accept_missing: bool = False,
        extend_eye: bool = True,
    ) -> LearnResult:
        """Do what `learn` does, with all workers of a cluster reading the files. The index must be in Postgres.

        Args:
            cluster: `none` for this process and every process that calls `work_on_cluster`; `local` or `local:N` for
                workers that Ray starts on this machine; `ray://HOST:PORT` for those of a cluster of Ray.
            minutes: As in `learn`. This process trains alone.
            report: Called with the progress.
            again: As in `learn`.
            exclude: As in `learn`.
            accept_missing: As in `learn`.
            extend_eye: As in `learn`.

        Returns:
            What `learn` returns. Its `cluster` says why workers ended, if some did.

        Raises:
            UsageError: The index is not in Postgres, the database has no pgvector, there is no such cluster, Ray is not
                installed, or another process is learning this folder.
            FilesMissing: More than half of the files are gone, or a folder that had files is empty.
            DatabaseAway: The database does not answer.
            OutputUnwritable: The folder of the index can't be written.
        """
        from pochade.cluster.cluster_learn import learn_on_cluster  # noqa: PLC0415
        from pochade.learn.learn_folder import LearnOptions  # noqa: PLC0415

        options = LearnOptions(again, exclude, accept_missing, extend_eye)
        return learn_on_cluster(self.library, cluster, minutes, report, options)

    def work_on_cluster(self, on_start: Callable[[], None] = lambda: None) -> int:
        """Wait until `learn_on_cluster` runs on some machine, help to read the files, and end with it.

        Args:
            on_start: Called when there is something to do.

        Returns:
            How many files this worker has stored.

        Raises:
            UsageError: The index is not in Postgres, or this worker has another version or other models than the run.
            FilesMissing: This machine does not see the run's folder.
            DatabaseAway: The database does not answer.
        """
        from pochade.cluster.cluster_learn import work_on_cluster  # noqa: PLC0415

        return work_on_cluster(self.library, on_start)
