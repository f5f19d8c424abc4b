"""The lab: the lecture's demonstrations. Each has a request with bounded fields, and a result of numbers."""
