"""Tests of comparing two pictures."""
