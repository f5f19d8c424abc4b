"""Jobs in the database: claimed, leased, written to, lost, controlled."""
