"""ASGI middleware. Plain ASGI adds no cost for each row of a stream."""
