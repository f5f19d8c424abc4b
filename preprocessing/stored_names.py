"""The names of the files of a stored table."""

FACTS = "facts.json"
PARQUET = "table.parquet"
