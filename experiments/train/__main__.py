"""`python -m experiments.train MODEL`. The processes of a run can't import this module, so the command is beside it."""

from experiments.train.command import main

if __name__ == "__main__":
    main()
