"""The commands: a module each, or one for a group of small ones."""
