"""Short questions that workers answer in addition to their training, each only once."""
