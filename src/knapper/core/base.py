"""Reading a `.base` file, as far as other notes refer to it.

A base is a YAML mapping with `views`, each with a `name` (Obsidian Help, "Bases
syntax"); `![[x.base#View]]` names one of them.
"""

from knapper.core.frontmatter import read_frontmatter

__all__ = ["views_of"]


def views_of(text: str) -> tuple[str, ...]:
    """Return the names of a base's views, () if it cannot be read."""
    source = text.removeprefix("\ufeff")
    data = read_frontmatter(f"---\n{source.rstrip()}\n---\n").data
    views = data.get("views")
    if not isinstance(views, list):
        return ()
    names = (view.get("name") for view in views if isinstance(view, dict))
    return tuple(name for name in names if isinstance(name, str))
