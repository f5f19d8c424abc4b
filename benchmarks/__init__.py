"""Measurements, each a command: `python -m benchmarks.writes --help`. `results.md` keeps what they printed."""
