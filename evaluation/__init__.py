"""How good predictions are: metrics with intervals, curves, calibration and conformal prediction, in numpy alone.

Every metric is a function of the weights of the examples (`evaluation.statistics`), so that the metric, its bootstrap
interval and its value for a group follow from one definition.
"""
