"""Beside the stages: the synthetic sample, and the published figures that ours are held to."""
