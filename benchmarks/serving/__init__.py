"""How fast one row is answered, beside MLflow's server."""
