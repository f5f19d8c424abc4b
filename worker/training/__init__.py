"""Pure PyTorch training: no database, no queue, no clock."""
