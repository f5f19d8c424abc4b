"""The experiment spec: one file for each choice, whose body stands in the file of the same name in `models/`."""
