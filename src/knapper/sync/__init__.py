"""Decides how two copies of a vault become one; what it decides, the shell carries out.

`merge` is the three-way merge of one file. It reads the file's kind from its path
and hands it to `note` (properties by key, then the body by `lines` and `words`) or
`json_merge`; `certificate` looks at every result once more before it counts.
"""
