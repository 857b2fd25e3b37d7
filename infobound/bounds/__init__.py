"""Formulas only: what is possible and what is reached. One file per paper or theme."""
