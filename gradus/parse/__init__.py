"""How the files of a data set are read: the `parse` document. Options that a request omits are guessed; the response
contains them with the evidence."""
