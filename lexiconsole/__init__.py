"""Durable workflows in plain Python, in one process, on one SQLite file."""
