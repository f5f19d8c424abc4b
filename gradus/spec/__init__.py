"""The experiment spec, one file per choice. The file of the same name in `models/` implements the choice."""
