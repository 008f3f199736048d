"""Rules about timestamps: `<a class="yt-timestamp" data-t="HH:MM:SS">[HH:MM:SS]</a>`.

Each defect of an anchor is told by one rule. `core.timestamps` names it while
reading (`Timestamp.faults`), in this order:

1. The tag, at most one of: broken-tag, element, attribute, class, quotes. A broken
   tag is all that is said of an anchor, for nothing else in it can be relied on; of
   one without a usable `data-t` only the missing `</a>` is told beside it.
2. The end: unclosed.
3. The value, at most one of: list-in-value, placeholder (also empty or bare
   seconds), value-junk, four-parts, out-of-range, value-short, value-padding. What
   is outside 00-59 is never mended by carrying, so it goes before the shape.
4. The label, only where the value is sound and the anchor closed, at most one of:
   label-text, shifted (the value is the label, shifted), label-mismatch, label-space,
   label-brackets, label-format; label-empty where there is none.

What is seen only from outside an anchor comes on top: where it stands (in-link,
in-code, after-fence, glued), its neighbours (repeated, order) and times that are too
late to be true. A note whose times are all shifted is one finding of
`timestamp-shifted-note`, and `timestamp-shifted` leaves those times to it.

Code, HTML blocks, comments and math are not read: only `timestamp-in-code` and
`timestamp-after-fence` speak of anchors there. Fixes make small edits that lead, in
one pass or several, to the one form above.
"""
