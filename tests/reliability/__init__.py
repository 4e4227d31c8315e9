"""Kills, doubles, wrong order and failing sends, many conversations long: `python -m tests.reliability --help`."""
