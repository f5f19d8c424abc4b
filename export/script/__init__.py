"""`run.py`: one file that repeats an experiment with torch and numpy alone.

It is written for people: the network is straight-line code, and the functions beside it are those of `pieces/` that
this experiment needs, and of `preprocessing`. Nobody imports the pieces; `linker` takes them as text.
"""
