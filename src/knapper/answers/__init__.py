"""What an editor or a program asks of a note and its vault: pure functions.

`subject` tells what stands at a place, `goal` where a link leads, `backlinks` who
leads here, `preview` what to show of it; `context` and `completion` what may be typed
next, from the names that `index` holds; `outline` lists headings, `mending` turns
findings into edits, `guesses` says what a broken link may have meant. All places are
code points; nothing here knows a protocol.
"""
