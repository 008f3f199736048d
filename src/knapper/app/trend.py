"""Keeping the health of a watched vault over time."""

import time
from collections import Counter
from collections.abc import Callable

from knapper.app.events import Event, Findings
from knapper.app.watch import Watch
from knapper.core.health import Counts
from knapper.core.trend import Reading
from knapper.shell.readings import Readings
from knapper.shell.user_folders import state_folder

__all__ = ["Recorder"]


class Recorder:
    """Keeps a reading whenever the findings of a watched vault change."""

    def __init__(self, watch: Watch, clock: Callable[[], float] = time.time) -> None:
        self._watch, self._clock = watch, clock
        self._readings = Readings(state_folder(watch.root))

    def __call__(self, event: Event) -> None:
        if isinstance(event, Findings):
            self.record()

    def record(self) -> None:
        """Keep a reading of what is found now."""
        watched = self._watch.watched
        by_note = watched.found
        found = [one for some in by_note.values() for one in some]
        severities = Counter(one.severity for one in found)
        counts = Counts(severities["error"], severities["warning"], severities["info"])
        rules = dict(sorted(Counter(one.rule for one in found).items()))
        notes = len({*watched.workspace.checked, *by_note})
        self._readings.add(Reading(int(self._clock()), counts, notes, rules))
