"""The census: what every cell of a column is, and the type that follows."""
