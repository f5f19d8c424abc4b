"""The types of requests and responses between client and server: one file for each resource."""
