"""A server for programs that work with language models (Model Context Protocol).

`tools` has what may be called, `server` tells the protocol of it. The vault is chosen
when the server starts, and nothing outside of it can be named. Without `dry_run` set to
false nothing is changed, and what is changed can be taken back by `knapper undo`.
"""
