"""The lab: the lecture's demonstrations, computed. One file for each, with the name of its request in `gradus/lab/`."""
