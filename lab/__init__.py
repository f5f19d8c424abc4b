"""The lab: the demonstrations of the lecture, computed. Each has one file, with the name of its request in
`gradus/lab/`."""
