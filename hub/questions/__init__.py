"""Short questions that workers answer beside their training, each once."""
