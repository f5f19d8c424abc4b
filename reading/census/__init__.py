"""The census: the kind of every cell of a column, and the column type that follows."""
