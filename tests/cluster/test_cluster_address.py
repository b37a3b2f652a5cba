"""`--cluster` names a cluster in one of four forms."""

import pytest

from pochade.cluster.cluster_address import ClusterAddress, parse_cluster
from pochade.errors import UsageError
from pochade.system.worker_pool import available_cores


def test_a_cluster_is_none_local_or_somewhere() -> None:
    assert parse_cluster("none") == ClusterAddress()
    assert parse_cluster("local") == ClusterAddress(workers=available_cores())
    assert parse_cluster("local:3") == ClusterAddress(workers=3)
    assert parse_cluster("ray://10.0.0.1:10001") == ClusterAddress(url="ray://10.0.0.1:10001")
    assert [parse_cluster(text).needs_ray for text in ("none", "local:1", "ray://a:1")] == [False, True, True]


@pytest.mark.parametrize("text", ["", "local:0", "local:-1", "local:two", "ray://", "dask", "none:2"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no cluster"):
        parse_cluster(text)
