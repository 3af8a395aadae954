"""Measures a scan beside other programs, in one session, and prints Markdown.

`tests/bench/run.sh` builds what is needed and starts this. Only the standard
library is used. Every program of a table runs once in each round, one after
the other, so that a busy minute of the machine falls on all of them.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}
# SARIF holds at most so many results.
MOST_RESULTS = 5000


class Failed(Exception):
    """A program ended in a way that makes its time worthless."""


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.folder or pathlib.Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        session = Session(args, folder)
        print(session.machine(), flush=True)
        for name, table in TABLES.items():
            if name in args.only:
                table(session)
        if args.large:
            growth(session, [args.size // 10, args.size, 4 * args.size])
        elif "growth" in args.only:
            growth(session, [args.size // 10, args.size])
        if args.roles:
            roles(session)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder of glidelint and examples/generate")
    parser.add_argument("--size", type=number, default=10**9, help="bytes of the large files, such as 100M [1G]")
    parser.add_argument("--folder", type=pathlib.Path, help="where data is made and kept [a temporary one]")
    parser.add_argument("--runs", type=int, default=5, help="rounds; the median is printed [5]")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[*TABLES, "growth"],
                        help="tables, with commas: " + ",".join([*TABLES, "growth"]))
    parser.add_argument("--large", action="store_true", help="users at four times the size too")
    parser.add_argument("--roles", action="store_true", help="a million users and five million grants, by size")
    args = parser.parse_args()
    unknown = set(args.only) - {*TABLES, "growth"}
    if unknown or args.runs < 1 or args.size < 10**6:
        parser.error(f"no such table: {', '.join(unknown)}" if unknown else "--size is at least 1M, --runs at least 1")
    return args


def number(text):
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)


def shown(size):
    return f"{size / 10**9:.3g} GB" if size >= 10**9 else f"{size / 10**6:.3g} MB"


def users(session):
    path = session.make("users", "users.xml", session.args.size)
    session.compare("users", path, {
        **session.yardsticks("users", path),
        "`rg -c '<sys_user '`": tool("rg", "-c", "<sys_user ", path),
    })


def update_set(session):
    path = session.make("update-set", "update-set.xml", session.args.size)
    session.compare("update set", path, {
        **session.yardsticks("update-set", path),
        "`rg -c '<sys_update_xml '`": tool("rg", "-c", "<sys_update_xml ", path),
    })


def repository(session):
    files = max(session.args.size // 50_000, 20)
    path = session.make("repo", "repo", files)
    session.compare(f"repository, {files:,} files", path, {
        "floor (Y)": session.generate("floor", path),
        **session.glidelint(path),
        "lxml": session.lxml("repo", path),
        "`rg -c record_update`": tool("rg", "-uuu", "-c", "record_update", path),
    })


def parts(session):
    rows = max(session.args.size // 2_500, 400)
    files = session.make("parts", "parts", rows)
    one = session.make("table", "table.xml", rows)
    whole = {f"{name}, one file": command for name, command in session.glidelint(one).items()}
    in_parts = {f"{name}, parts": command for name, command in session.glidelint(files).items()}
    floor = {"floor (Y), one file": session.generate("floor", one)}
    session.compare(f"{rows:,} users in files of 10,000 and in one file", one, {**floor, **whole, **in_parts})


def growth(session, sizes):
    """Whether time and memory grow in step with the file."""
    for size in sizes:
        path = session.make("users", "users.xml" if size == session.args.size else f"users-{size}.xml", size)
        floor = {"floor (Y)": session.generate("floor", path)}
        session.compare(f"users, {shown(size)}", path, {**floor, **session.glidelint(path)})


def roles(session):
    people, grants = session.args.size // 1_000, session.args.size // 200
    path = session.make("roles", "roles.xml", people, grants)
    floor = {"floor (Y)": session.generate("floor", path)}
    session.compare(f"{people:,} users and {grants:,} grants", path, {**floor, **session.glidelint(path)})


TABLES = {"users": users, "update-set": update_set, "repo": repository, "parts": parts}


def tool(name, *arguments):
    """The command of a program that may not be there."""
    path = shutil.which(name)
    return path and [path, *map(str, arguments)]


class Session:
    def __init__(self, args, folder):
        self.args, self.folder = args, folder
        self.programs = args.programs.resolve()
        self.planted = {}

    def generate(self, *arguments):
        return [str(self.programs / "examples" / "generate"), *map(str, arguments)]

    def make(self, kind, name, *size):
        """The path of data, which is made unless it lies there already."""
        path = self.folder / name
        note = self.folder / f"{name}.{'-'.join(map(str, size))}.txt"
        if not note.exists():
            if path.is_dir():
                shutil.rmtree(path)
            print(f"making {name}", file=sys.stderr)
            note.write_bytes(subprocess.run(self.generate(kind, *size, path), check=True, capture_output=True).stdout)
        lines = [line.split() for line in note.read_text().splitlines()]
        self.planted[path] = {word: int(count) for word, count in lines}
        return path

    def glidelint(self, path):
        """Scans with one thread, two, and as many as there are cores."""
        cores = os.cpu_count() or 1
        scan = [str(self.programs / "glidelint"), "scan", str(path), "--no-config", "--no-progress", "-q"]
        output = ["-o", str(self.folder / "out.sarif"), "--jobs"]
        counts = sorted({jobs for jobs in (1, 2, cores) if jobs <= cores})
        return {f"glidelint, {jobs} thread{'s' * (jobs > 1)}": [*scan, *output, str(jobs)] for jobs in counts}

    def lxml(self, kind, path):
        there = subprocess.run([sys.executable, "-c", "import lxml"], capture_output=True).returncode == 0
        return [sys.executable, str(HERE / "peer_lxml.py"), kind, str(path)] if there else None

    def yardsticks(self, kind, path):
        return {
            "floor (Y)": self.generate("floor", path),
            **self.glidelint(path),
            "quick-xml, events only": self.generate("events", path),
            "lxml iterparse": self.lxml(kind, path),
            "`xmllint --stream`": tool("xmllint", "--stream", "--noout", "--huge", path),
        }

    def compare(self, title, path, commands):
        """Runs them all in rounds, and prints a table of medians."""
        output = self.folder / "stdout.txt"
        runs = {name: [] for name in commands}
        failed = {}
        # Once before, so that the file lies in the cache for everybody.
        run(next(iter(commands.values())), output)
        for _ in range(self.args.runs):
            for name, command in commands.items():
                if not command or name in failed:
                    continue
                try:
                    runs[name].append(run(command, output))
                except Failed as error:
                    failed[name] = str(error)
                if name.startswith("glidelint") and len(runs[name]) == 1:
                    self.check(path)
        print(f"\n**{title}**, {shown(self.planted[path]['bytes'])}, {self.args.runs} runs\n")
        print("| program | wall, s | × Y | CPU, s | × Y | peak memory, MB |\n|---|--:|--:|--:|--:|--:|")
        floor = Medians(next(iter(runs.values())))
        for name, measured in runs.items():
            if measured:
                print(Medians(measured).line(name, floor))
            else:
                print(f"| {name} | {failed.get(name, 'not installed')} | | | | |")
        sys.stdout.flush()

    def check(self, path):
        """Whether the last scan found what was planted, and nothing else of those rules."""
        results = json.loads((self.folder / "out.sarif").read_text())["runs"][0]["results"]
        planted = {rule: count for rule, count in self.planted[path].items() if rule[0].isupper()}
        found = dict.fromkeys(planted, 0)
        for result in results:
            if result["ruleId"] in found:
                found[result["ruleId"]] += 1
        if len(results) < MOST_RESULTS and found != planted:
            print(f"\nWrong: planted {planted}, found {found}\n")

    def machine(self):
        def first_line(*command):
            try:
                return subprocess.run(command, capture_output=True, text=True, cwd=HERE).stdout.strip().split("\n")[0]
            except OSError:
                return ""

        processor = platform.processor() or platform.machine()
        info = pathlib.Path("/proc/cpuinfo")
        if info.exists():
            names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
            processor = names[0] if names else processor
        elif sys.platform == "darwin":
            processor = first_line("sysctl", "-n", "machdep.cpu.brand_string") or processor
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        commit = first_line("git", "rev-parse", "--short", "HEAD") or "unknown"
        version = first_line(str(self.programs / "glidelint"), "--version")
        load = os.getloadavg()[0]
        return (
            f"{version}, commit {commit}, {time.strftime('%Y-%m-%d')}. {processor}, {os.cpu_count()} cores, "
            f"{memory:.0f} GiB, {platform.system()} {platform.release()}, {first_line('rustc', '--version')}. "
            f"Load before the first run: {load:.1f}."
        )


class Run:
    """What one run took: seconds, seconds of all cores, bytes."""

    def __init__(self, wall, cpu, memory):
        self.wall, self.cpu, self.memory = wall, cpu, memory


def run(command, output):
    """Runs a program to its end. Exit code 1 means that something was found."""
    files = [(os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)]
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=files)
    watch = Watch(pid)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begin
    watched = watch.stop()
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1) or code == 1 and "glidelint" not in command[0]:
        raise Failed(f"exit code {code}")
    # Linux lets a child begin with the peak of its parent, this process. Below
    # that, only what was seen while it ran tells.
    memory = usage.ru_maxrss * unit
    return Run(wall, usage.ru_utime + usage.ru_stime, memory if memory > 1.02 * own else watched)


class Watch:
    """Looks at the high-water mark of a process while it runs, where the system tells."""

    def __init__(self, pid):
        self.status, self.most, self.ended = pathlib.Path(f"/proc/{pid}/status"), 0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while True:
            try:
                lines = self.status.read_text().splitlines()
            except OSError:
                return
            self.most = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), self.most)
            if self.ended.wait(0.005):
                return

    def stop(self):
        self.ended.set()
        self.thread.join()
        return self.most


class Medians:
    def __init__(self, runs):
        self.wall = statistics.median(run.wall for run in runs)
        self.cpu = statistics.median(run.cpu for run in runs)
        self.memory = statistics.median(run.memory for run in runs)

    def line(self, name, floor):
        memory = f"{self.memory / 10**6:.1f}" if self.memory > 10**6 else "-"
        return (
            f"| {name} | {self.wall:.3f} | {self.wall / floor.wall:.2f} | {self.cpu:.3f} "
            f"| {self.cpu / floor.cpu:.2f} | {memory} |"
        )


if __name__ == "__main__":
    main()
