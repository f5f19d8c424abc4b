"""The meeting place of API and workers: database, queue, event log and doorbell. The database is the only truth."""
