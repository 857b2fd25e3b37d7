"""Estimates with their uncertainty, and the randomness behind them."""
