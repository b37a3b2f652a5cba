"""The losses that the shipped models are trained with."""
