"""Turns what the force's systems hand over into checked rows, and into an account of every row that is not used."""
