"""All functions on one machine, under the original's paths."""
