"""Services: what the routes offer, without HTTP."""
