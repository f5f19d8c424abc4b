"""Reads an archive of pictures into a stack of equal arrays and a table of their names and labels."""
