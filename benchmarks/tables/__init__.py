"""Real files through the whole service, and published results of plain networks on tables."""
