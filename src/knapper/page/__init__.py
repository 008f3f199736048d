"""The health of a vault as HTML: a report in one file, and a live page on this machine.

The pieces of a page are functions from values to `Html`; `report` puts them into one
file, `server` sends them to a browser, as they change.
"""
