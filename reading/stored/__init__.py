"""The stored table: typed values, their facts, and the folder that holds both."""
