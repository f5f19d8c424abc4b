"""Webhooks: signed calls about events, from the event log, so that none is lost."""
