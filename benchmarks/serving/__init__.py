"""The speed of predictions for one row, compared with MLflow's server."""
