"""The text of `run.py`, by topic: modules that are linted, type-checked and tested, but never imported by the service.

Every operation is the trainer's, in the same order and with the same kernels, because results must have equal bits.
What differs between experiments has a name in `given`.
"""
