"""The checks of `gradus doctor`. None of them changes anything."""
