"""Quantizers with an exact bit count: one file per family."""
