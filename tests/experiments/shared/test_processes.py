"""What a command takes is measured of the command and of the processes that it starts."""

from experiments.shared.processes import measure_python

BUSY = "import time; begin = time.process_time()\nwhile time.process_time() < begin + 0.3: pass"


def test_a_run_is_measured_with_its_output() -> None:
    usage = measure_python(f"{BUSY}\nprint('done')")
    assert usage.output == "done\n"
    assert usage.processor_seconds >= 0.3
    assert usage.seconds >= 0.3


def test_processor_time_counts_children() -> None:
    starts_child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"
    assert measure_python(starts_child).processor_seconds >= 0.3
