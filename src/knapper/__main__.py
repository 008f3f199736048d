"""`python -m knapper` is `knapper`."""

from knapper.cli import main

main()
