"""What is printed about training."""

from typing import Any

import pytest

from pochade.cli.learn_summary import print_training

BEFORE = {"held_out": 40, "found": 0.9, "psnr": 20.0}
AFTER = {"found": 0.95, "psnr": 19.0}


def test_figures_before_and_after_are_printed_with_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    generator = {"before": 0.5, "after": 0.4}
    figures = {"before": BEFORE, "after": AFTER, "look_kept": True, "code_kept": False, "painter": generator}
    print_training(figures)
    messages = capsys.readouterr().err
    assert "measured on 40 pictures" in messages
    assert "90.0% before, 95.0% after (kept)" in messages
    assert "20.00 dB before, 19.00 dB after (not kept: it did not help)" in messages
    assert "loss 0.500 before, 0.400 after (kept)" in messages


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({}, "too few pictures could be held out"),
        ({"diverged": "the loss became infinite"}, "the loss became infinite"),
    ],
)
def test_abandoned_training_is_printed_with_its_reason(
    figures: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_training(figures)
    assert f"training was abandoned: {reason}" in capsys.readouterr().err
