"""knapper finds and mends what is broken in an Obsidian vault, and keeps it in sync.

Text in, values out: what decides is a function of values (`core`, `checks`,
`sync`), what acts is in `shell`, and `app` holds one verb a module for the front
ends in `cli`. A floor imports only from the floors below it.
"""

__version__ = "0.1.0"
