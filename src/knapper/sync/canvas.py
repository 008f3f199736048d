"""A canvas after a merge: every edge still leads from one card to another."""

from knapper.sync.clash import ClashError
from knapper.sync.json_merge import Json, read_json

__all__ = ["refuse_loose_edges"]


def refuse_loose_edges(merged: str, left: str, right: str) -> None:
    """Raise `ClashError` where one side drew an edge to a card that the other deleted.

    `fromNode` and `toNode` name cards (https://jsoncanvas.org/spec/1.0/). An edge
    that was loose on one side before is none of ours.
    """
    known = _loose(read_json(left)) | _loose(read_json(right))
    if not _loose(read_json(merged)) <= known:
        raise ClashError("one side drew an arrow to a card that the other deleted")


def _loose(canvas: Json) -> set[tuple[str, str]]:
    """Return the edges' ends that lead to no card, as (edge, card)."""
    cards = {str(card.get("id")) for card in _objects(canvas, "nodes")}
    return {
        (str(edge.get("id")), str(edge.get(end)))
        for edge in _objects(canvas, "edges")
        for end in ("fromNode", "toNode")
        if end in edge and str(edge[end]) not in cards
    }


def _objects(canvas: Json, key: str) -> list[dict[str, Json]]:
    values = canvas.get(key) if isinstance(canvas, dict) else None
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )
