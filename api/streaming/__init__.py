"""Events on their way to those who stream them."""
