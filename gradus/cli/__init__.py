"""The command line: submit, watch and list experiments, and start the service on this machine."""
