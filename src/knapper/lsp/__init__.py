"""The language server: what editors ask becomes a call into `answers` and `app`.

It speaks the Language Server Protocol 3.17 over standard input and output (pygls), and
never writes a file: every change goes to the editor, as edits that the user can undo.
`server` has the requests, `vaults` the vaults that are open, `convert` turns places and
edits into the protocol's.
"""
