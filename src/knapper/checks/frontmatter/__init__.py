"""Rules about the frontmatter: the block itself, its keys, and their values.

Each defect is told by one rule: of a block that cannot be read nothing is said but
that. Tags of a template (`{{title}}`, `<% … %>`) are filled in later, so no rule
judges the YAML or the values of a block that has some.
"""
