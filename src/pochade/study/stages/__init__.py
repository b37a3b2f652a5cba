"""The measurements of the study, one stage each, and the worker processes that run them side by side."""
