"""The database: opened here, written by one at a time, and its schema."""
