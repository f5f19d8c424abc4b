"""The commands, one module each, with a function or a group called `command`."""
