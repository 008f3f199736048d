"""`python -m knapper` is `knapper`."""

from knapper.cli import run

run()
