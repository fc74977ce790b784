"""The seed of every draw in training: the same data make the same models."""

SEED = 0
