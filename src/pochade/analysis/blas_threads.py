"""One thread for many small products of matrices.

OpenBLAS, which multiplies numpy's matrices, starts a thread for each core. Between products the threads wait actively:
for small matrices they waste more time than they save, and they take it from everything else that runs.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def with_one_blas_thread(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a function multiply matrices with one thread; afterwards there are as many as before."""
    limited: Callable[Parameters, Result] = threadpool_limits.wrap(limits=1, user_api="blas")(function)
    return limited
