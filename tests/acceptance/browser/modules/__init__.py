"""The dashboard's modules, one by one, in a page without a service."""
