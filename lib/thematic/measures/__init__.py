"""Turns the cubes into figures: worked out, compared, released; for the public from the ledger."""
