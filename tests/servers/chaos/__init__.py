"""Kills, freezes and empties the parts of a real service while it trains, and finds out whether anything was lost."""
