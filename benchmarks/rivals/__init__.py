"""What trains the same network, each in a process of its own: Gradus, the frameworks beside it, the bare products."""
