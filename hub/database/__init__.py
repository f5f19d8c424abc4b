"""The database: connections, the write lock, the schema version."""
