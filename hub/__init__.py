"""What the API and the workers share: database, queue, event log, pub/sub. The database is the only source of truth."""

from hub import docstrings

docstrings.require()  # before anything else is imported, which might miss them
