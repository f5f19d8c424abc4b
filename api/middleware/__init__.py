"""Layers around the routes, in plain ASGI: they cost a stream nothing for each row."""
