"""The trainer: a subprocess of the worker that imports torch once and trains one job at a time. The worker process
itself never imports torch."""
