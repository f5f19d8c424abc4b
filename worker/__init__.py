"""The hands: loaders, the training loop, and the task layer around it."""
