"""Reads Parquet files through DuckDB, by their own types."""
