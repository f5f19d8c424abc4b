"""The face: HTTP routes, services, streams. It meets the workers at `hub/` and nowhere else."""
