"""The process that answers one question: `worker.answering_process` starts it, and it ends with its answer."""
