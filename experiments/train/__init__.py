"""One way to train every shipped model: `python -m experiments.train MODEL`."""
