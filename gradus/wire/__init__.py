"""What travels between server and client: one file for each resource."""
