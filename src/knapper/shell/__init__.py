"""The only place that sees a disk, a clock or a process."""
