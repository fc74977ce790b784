"""Offline: from data to published models. Never deployed with a function."""
