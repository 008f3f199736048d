"""The checks: one function a rule, one module or package a folder of `rules/`.

Importing this package imports all of them, and so fills `CHECKS`: a new rule is a
function here and a note in `rules/`, and nothing else is edited.
"""

from importlib import import_module
from pkgutil import walk_packages

for _module in walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)
