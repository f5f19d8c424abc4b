"""`run.py`: one file that repeats an experiment with torch and numpy alone.

It is written to be read: the network is straight-line code, and the functions beside it are only those of `pieces/` and
`preprocessing` that this experiment needs. No module imports the pieces; `linker` takes them as text.
"""
