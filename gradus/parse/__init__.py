"""How the files of a data set are read: the `parse` document. What a request leaves out is guessed, and the answer has
it written out with the evidence."""
