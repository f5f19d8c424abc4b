"""Real files through the whole service, and the published numbers of plain networks on tables."""
