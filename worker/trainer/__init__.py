"""The trainer: a child process that stays warm and trains one job at a time. Its parent never imports torch."""
