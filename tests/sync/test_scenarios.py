"""The scenario suite: each of its scenes ends as a careful person would end it."""

import os
import shutil
import sys
from pathlib import Path

import more  # noqa: F401 - adds its scenes to those of `scenarios`
import peers
import pytest
import scenarios

RACES = {"M10", "X01", "X04"}
"""They wait for moments of a real clock."""
EVERY = os.environ.get("KNAPPER_SCENARIOS") == "all"


def needs(scene: dict[str, object]) -> str:
    """Return what this machine lacks for a scene, "" for nothing."""
    system = str(scene.get("fsB", ""))
    if system and (not hasattr(os, "geteuid") or os.geteuid() != 0):
        return "only root may mount"
    tools = {"exfat": ("mkfs.exfat", "mount.exfat-fuse", "losetup"), "tmpfs": ("mount",)}
    for kind, names in tools.items():
        if system.startswith(kind) and not all(map(shutil.which, names)):
            return f"{kind} cannot be mounted here"
    return ""


@pytest.mark.parametrize("name", sorted(scenarios.SC))
def test_a_scene_ends_well(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking := needs(scenarios.SC[name]):
        pytest.skip(lacking)
    if name in RACES and not EVERY:
        pytest.skip("it waits for a real clock; the simulator and the crash test play it without")
    monkeypatch.setattr(scenarios, "WORK", tmp_path)
    monkeypatch.setenv("KNAPPER", str(Path(sys.executable).with_name("knapper")))
    ended = scenarios.run_one(peers.PEERS["knapper"], name)
    assert ended["ideal"], ended
    assert not ended["nhard"], ended
    if scenarios.SC[name].get("conv", True) is not None:  # else files are to stay where they are
        assert ended["conv"] or ended["rcs"][-1] != 0, "0 says that both sides are equal"
