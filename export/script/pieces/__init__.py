"""The text of `run.py`, by topic: modules that are read, checked and tested, but never imported by the service.

Every operation is the trainer's, in its order and with its kernels, because results must have equal bits. What differs
from experiment to experiment has a name in `given`.
"""
