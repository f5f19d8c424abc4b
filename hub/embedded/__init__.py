"""The service on one machine: Valkey, the API and workers as children of one supervisor, all data in one folder."""
