"""What a run measures of its layers at the end of an epoch, with the functions of `insight.statistics`."""
