"""What the API and the workers share: database, queue, event log, pub/sub. The database is the only source of truth."""
