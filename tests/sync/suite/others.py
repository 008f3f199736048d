"""Drivers of other synchronizers, to measure them by the same scenes.

    python others.py run -p unison,unison+,git,git-Xtheirs,rclone

The programs are taken from the PATH. Results go to `results.jsonl` in the folder that
`SYNC_SUITE_DIR` names, or in that of temporary files; `python others.py tell` counts them.
"""
import json, os, shutil, subprocess, sys
from pathlib import Path

import scenarios
from peers import PEERS, Peer, Run, sh


class Unison(Peer):
    name = "unison"
    extra: list[str] = []

    def setup(self):
        self.env = {"UNISON": str(self.state), "HOME": str(self.state), "UNISONLOCALHOSTNAME": "t"}
    fat: list[str] = []
    def cmd(self):
        return ["unison", str(self.A), str(self.B), "-ui", "text", "-batch", "-times",
                "-log=false", *self.extra, *self.fat]
    def sync(self): return sh(self.cmd(), env=self.env)
    def popen(self):
        return subprocess.Popen(self.cmd(), env=dict(os.environ, LC_ALL="C.UTF-8", **self.env),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, start_new_session=True)
    def is_control(self, rel): return False


class UnisonMerge(Unison):
    """Best effort set-up: 3-way diff3 merge of *.md in batch mode, else newer wins + conflict copy."""
    name = "unison+"
    def setup(self):
        super().setup()
        (self.state / "default.prf").write_text("""
prefer = newer
copyonconflict = true
backup = Name *
backupcurr = Name *.md
maxbackups = 20
merge = Name *.md -> diff3 -m CURRENT1 CURRENTARCH CURRENT2 > NEW || (rm -f NEW; exit 1)
""")
    def cmd(self):
        return ["unison", "default", "-root", str(self.A), "-root", str(self.B), "-ui", "text", "-batch", "-times", "-log=false", *self.fat]
    def history(self): return self._tree_bytes(self.state / ".unison" / "backup") + self._tree_bytes(self.state / "backup")


class Rclone(Peer):
    """rclone bisync as it comes."""
    name = "rclone"
    def cmd(self, *more):
        return ["rclone", "bisync", str(self.A), str(self.B), "--workdir", str(self.state / "wd"),
                "--config", str(self.state / "rclone.conf"), "-v", *more]
    def setup(self): (self.state / "rclone.conf").write_text("")
    def init(self): return sh(self.cmd("--resync"))
    def sync(self): return sh(self.cmd())
    def popen(self):
        return subprocess.Popen(self.cmd(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, start_new_session=True)
    def blocked(self, run): return "Must run --resync" in run.out or "must run --resync" in run.out or "--resync to recover" in run.out
    def is_control(self, rel): return rel == "RCLONE_TEST"


GIT_CYCLE = r'''
cd "$1" || exit 9
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || exit 8
[ -n "$(git ls-files -u)" ] && { echo "conflicts: not committed"; exit 3; }
[ "$(cd "$1" && pwd -P)" = "$(git rev-parse --show-toplevel)" ] || exit 8
git add -A || exit 4
git diff --cached --quiet || git commit -q -m "auto" || exit 5
git fetch -q origin main || true
if git rev-parse -q --verify origin/main >/dev/null; then
  git merge -q --no-edit $2 origin/main || { echo "merge conflict"; exit 3; }
fi
git push -q origin HEAD:main || exit 7
'''


class Git(Peer):
    """What obsidian-git does with its defaults: commit all, fetch, merge, push; stop at a conflict."""
    name = "git"
    control_names = (".git",)
    strategy = ""
    def setup(self):
        self.hub = self.state / "hub.git"
        if not self.hub.exists():
            sh(["git", "init", "-q", "--bare", "-b", "main", str(self.hub)])
        (self.state / "gitconfig").write_text(
            "[user]\nname=t\nemail=t@example.org\n[merge]\nconflictStyle=merge\n[init]\ndefaultBranch=main\n"
            "[safe]\ndirectory=*\n[gc]\nauto=0\n[core]\nquotepath=false\n")
        self.env = {"GIT_CONFIG_GLOBAL": str(self.state / "gitconfig"), "HOME": str(self.state)}
    def _ensure(self, r: Path):
        if not (r / ".git").exists():
            r.mkdir(parents=True, exist_ok=True)
            sh(["git", "init", "-q", "-b", "main"], cwd=r, env=self.env)
            sh(["git", "remote", "add", "origin", str(self.hub)], cwd=r, env=self.env)
    def cyc(self, r): return sh(["bash", "-c", GIT_CYCLE, "x", str(r), self.strategy], env=self.env)
    def init(self):
        self._ensure(self.A); self._ensure(self.B)
        if not any(x.name != ".git" for x in self.B.iterdir()):
            a = self.cyc(self.A)
            sh(["git", "fetch", "-q", "origin"], cwd=self.B, env=self.env)
            b = sh(["git", "checkout", "-q", "-B", "main", "origin/main"], cwd=self.B, env=self.env)
            return Run(a.rc or b.rc, a.out + b.out, a.secs + b.secs)
        return self.sync()
    def sync(self):
        rs = [self.cyc(self.A), self.cyc(self.B), self.cyc(self.A)]
        return Run(max(r.rc for r in rs), "\n".join(r.out for r in rs), sum(r.secs for r in rs))
    def popen(self):
        s = self.state / "cycle.sh"
        s.write_text("for r in %r %r %r; do (set -- \"$r\" '%s'; %s); done" % (str(self.A), str(self.B), str(self.A), self.strategy, GIT_CYCLE))
        return subprocess.Popen(["bash", str(s)], env=dict(os.environ, GIT_CONFIG_NOSYSTEM="1", **self.env),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)
    def blocked(self, run): return run.rc in (3, 7)
    def wipe_state(self):
        for r in (self.A, self.B): shutil.rmtree(r / ".git", ignore_errors=True)
        super().wipe_state()
    def history(self):
        out = b""
        for r in (self.A, self.B):
            if (r / ".git").exists():
                p = subprocess.run(["git", "log", "--all", "--reflog", "-p", "-m", "--text", "--no-textconv", "--root"], cwd=r, capture_output=True,
                                   env=dict(os.environ, **self.env))
                out += p.stdout
        return out


class GitTheirs(Git):
    """obsidian-git with merge strategy 'theirs' (its own setting for avoiding stops)."""
    name = "git-Xtheirs"
    strategy = "-Xtheirs"


def tell():
    """Say in how many scenes each ended as a careful person would end it, and lost no text."""
    rows = [json.loads(line) for line in open(scenarios.ROOT / "results.jsonl")]
    for name in dict.fromkeys(row["peer"] for row in rows):
        own = {row["id"]: row for row in rows if row["peer"] == name}.values()
        ran = [row for row in own if "error" not in row]
        well, lost = sum(row["ideal"] for row in ran), sum(bool(row["nhard"]) for row in ran)
        untrue = [row for row in ran if row["rcs"] and row["rcs"][-1] == 0 and row["conv"] is False and scenarios.SC[row["id"]].get("conv", True) is not None]
        print(f"{name}: {well} of {len(ran)} end well; text is lost in {lost}; {len(untrue)} end with 0 though the sides differ")


PEERS.update({one.name: one for one in (Unison, UnisonMerge, Git, GitTheirs, Rclone)})

if __name__ == "__main__":
    tell() if sys.argv[1:] == ["tell"] else scenarios.main()
