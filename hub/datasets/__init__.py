"""Data sets in the database: uploads and their stored objects, versions, reading jobs, event logs."""
