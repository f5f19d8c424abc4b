"""The embedded service on one machine: a supervisor runs Valkey, the API and workers, with all data in one folder."""
