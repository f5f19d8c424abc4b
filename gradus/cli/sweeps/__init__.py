"""The parts of `gradus sweep`."""
