"""Values, and functions on them: no disk, no clock, nothing printed."""
