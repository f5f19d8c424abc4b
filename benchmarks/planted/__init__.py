"""Tables with a known fault, planted into real and made-up ones: what the checks of `preprocessing.findings` are tuned
and judged with. Everything is a function of the fault, the variant and the base, so that the two halves stay apart."""
