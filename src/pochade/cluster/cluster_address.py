"""Which cluster a person means: `none`, `local`, `local:N` or `ray://HOST:PORT`."""

from dataclasses import dataclass

from pochade.errors import UsageError
from pochade.system.worker_pool import available_cores

LOCAL, NONE, RAY_PREFIX = "local", "none", "ray://"


@dataclass(frozen=True)
class ClusterAddress:
    """A cluster that shares the work of a run."""

    workers: int | None = None  # of a cluster on this machine
    url: str | None = None  # of a cluster of Ray; if both are None, this process works alone, and others may join

    @property
    def needs_ray(self) -> bool:
        """Whether Ray starts the workers."""
        return self.workers is not None or self.url is not None


def parse_cluster(text: str) -> ClusterAddress:
    """Read what a person gave as `--cluster`.

    Raises:
        UsageError: It is no cluster.
    """
    kind, _, count = text.partition(":")
    if text == NONE:
        return ClusterAddress()
    if text == LOCAL:
        return ClusterAddress(workers=available_cores())
    if kind == LOCAL and count.isdecimal() and int(count) > 0:
        return ClusterAddress(workers=int(count))
    if text.startswith(RAY_PREFIX) and len(text) > len(RAY_PREFIX):
        return ClusterAddress(url=text)
    raise UsageError(f"'{text}' is no cluster", "give none, local, local:N or ray://HOST:PORT")
