"""One thread for many small products of matrices."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from pochade.analysis.blas_threads import with_one_blas_thread


def blas_threads() -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))  # loads the library
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_a_function_has_one_thread_and_others_have_as_many_as_before() -> None:
    with threadpool_limits(2, user_api="blas"):
        assert with_one_blas_thread(blas_threads)() == {1}
        assert blas_threads() == {2}


def test_the_threads_are_back_after_an_error() -> None:
    @with_one_blas_thread
    def fail() -> None:
        raise ValueError("no matrix")

    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ValueError, match="no matrix"):
            fail()
        assert blas_threads() == {2}
