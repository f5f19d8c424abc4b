"""Resolution: the rules by which a spec and the facts of its data set become a resolved spec and a plan."""
