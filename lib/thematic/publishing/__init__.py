"""Turns reports that are up to date into what leaves the building: a folder to share, the papers of the board."""
