"""The names of the files of a stored table, and of those that reading leaves beside it."""

FACTS = "facts.json"
PARQUET = "table.parquet"
STATISTICS, FINDINGS = "statistics.json", "findings.json"
"""What was computed of the table; not a part of it."""
