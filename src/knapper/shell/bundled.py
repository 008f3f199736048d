"""Where `rules/` and `vault-template/` are: in the wheel, or beside `src/`."""

from pathlib import Path

__all__ = ["bundled"]


def bundled(name: str) -> Path:
    """Find `rules` or `vault-template`: inside the installed package, or in a checkout."""
    packed = Path(__file__).parents[1] / f"_{name.replace('-', '_')}"
    return packed if packed.is_dir() else Path(__file__).parents[3] / name
