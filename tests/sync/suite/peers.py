"""The driver of the scenarios for knapper."""
from __future__ import annotations
import json, os, shutil, signal, subprocess, time
from pathlib import Path

class Run:
    def __init__(self, rc, out, secs):
        self.rc, self.out, self.secs = rc, out, secs


def sh(cmd, cwd=None, env=None, timeout=180):
    t = time.perf_counter()
    e = dict(os.environ, LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0")
    e.update(env or {})
    p = subprocess.Popen(cmd, cwd=cwd, env=e, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out, _ = p.communicate(timeout=timeout)
        rc = p.returncode
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, _ = p.communicate()
        rc = 124
    return Run(rc, out.decode("utf-8", "replace"), time.perf_counter() - t)


class Peer:
    name = "?"
    control_names = ()

    def __init__(self, work: Path, A: Path, B: Path):
        self.work, self.A, self.B = work, A, B
        self.state = work / "state"
        self.state.mkdir(parents=True, exist_ok=True)
        self.setup()

    def setup(self): ...
    def is_control(self, rel: str) -> bool:
        return rel.split("/", 1)[0] in self.control_names
    def init(self) -> Run: return self.sync()
    def sync(self) -> Run: raise NotImplementedError
    def popen(self): raise NotImplementedError
    def pause(self): ...
    def resume(self): ...
    def wipe_state(self):
        shutil.rmtree(self.state); self.state.mkdir(); self.setup()
    def save_state(self, to: Path): shutil.copytree(self.state, to, symlinks=True)
    def load_state(self, frm: Path):
        shutil.rmtree(self.state); shutil.copytree(frm, self.state, symlinks=True)
    def history(self) -> bytes: return b""
    def blocked(self, run: Run) -> bool: return False
    def close(self): ...

    def _tree_bytes(self, root: Path) -> bytes:
        out = []
        if root.exists():
            for d, _, fs in os.walk(root):
                for f in fs:
                    try: out.append(Path(d, f).read_bytes())
                    except OSError: pass
        return b"\n".join(out)


class Knapper(Peer):
    """knapper: A is the working vault, B a two-way replica; state lies outside both."""
    name = "knapper"
    control_names = (".knapper.toml",)

    def setup(self):
        self.env = {"KNAPPER_STATE_DIR": str(self.state)}
        (self.A / ".knapper.toml").write_text(f'[[replica]]\nname = "b"\npath = {json.dumps(str(self.B))}\nmode = "two-way"\n')
    def cmd(self): return [os.environ.get("KNAPPER", "knapper"), "sync", "--vault", str(self.A)]
    def sync(self): return sh(self.cmd(), env=self.env)
    def popen(self):
        return subprocess.Popen(self.cmd(), env=dict(os.environ, LC_ALL="C.UTF-8", **self.env), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    def history(self):
        out = self.work / "history"
        shutil.rmtree(out, ignore_errors=True)
        sh([self.cmd()[0], "history", "--vault", str(self.A), "--export", str(out)], env=self.env)
        return self._tree_bytes(out)
    def blocked(self, run): return run.rc in (2, 3)


PEERS = {"knapper": Knapper}
