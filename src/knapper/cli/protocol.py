"""Standard output for a protocol: nothing else may be said there."""

import os
import sys
from typing import BinaryIO

__all__ = ["protocol_output"]


def protocol_output() -> BinaryIO:
    """Return standard output; whatever prints from now on goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(kept, "wb")
