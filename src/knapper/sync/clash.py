"""Why two versions cannot be joined."""

__all__ = ["ClashError"]


class ClashError(Exception):
    """Both sides want something else at one place; never leaves `knapper.sync`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
