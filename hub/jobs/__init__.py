"""Jobs in the database: claims, leases, results, lost workers, control requests."""
