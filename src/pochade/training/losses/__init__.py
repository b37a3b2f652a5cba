"""The losses with which the shipped models are trained."""
