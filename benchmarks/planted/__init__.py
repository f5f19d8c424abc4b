"""Tables with known faults, which were planted into real and made-up tables. With them the checks of
`preprocessing.findings` are tuned and judged. Everything is a function of the fault, the variant and the base, so that
the two halves stay apart.
"""
