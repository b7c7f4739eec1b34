"""Turns the cubes into figures: worked out, compared, released."""
