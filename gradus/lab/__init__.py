"""The lab: the lecture's demonstrations as words. Each is a request with bounds, and the numbers that answer it."""
