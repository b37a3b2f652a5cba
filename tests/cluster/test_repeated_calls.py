"""Calls are repeated while a block runs, whatever one of them does."""

import threading

from pochade.cluster.repeated_calls import RepeatedCalls


def test_all_functions_are_called_again_and_again_although_one_fails() -> None:
    rounds, done = list[int](), threading.Event()

    def fail() -> None:
        raise ValueError("no reason to stop")

    def count() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            done.set()

    with RepeatedCalls(0.001, [fail, count]):
        assert done.wait(60)
    assert rounds == list(range(len(rounds)))


def test_a_block_that_ends_before_the_first_round_calls_nothing() -> None:
    rounds = list[int]()
    with RepeatedCalls(3600.0, [lambda: rounds.append(1)]):
        pass
    assert rounds == []
