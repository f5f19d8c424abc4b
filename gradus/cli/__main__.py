"""`python -m gradus.cli` is `gradus`."""

from gradus.cli.main import main

main()
