"""Benchmarks, each a command: `python -m benchmarks.writes --help`. `results.md` records their results."""
