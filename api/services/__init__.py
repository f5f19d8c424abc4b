"""Services: what the routes do, independent of HTTP."""
