"""Jobs of Spark while something is killed: nothing is lost, and nothing doubled."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from conftest import labels

pytest.importorskip("pyspark")
pyarrow = pytest.importorskip("pyarrow")
import pyarrow.parquet  # noqa: E402

FILES = 24

#: For how long two cores would read all of it, in seconds: long enough that all that is killed is killed in its midst.
BUSY = 20

EXECUTOR = "CoarseGrainedExecutorBackend"
PYTHON_WORKER = "pyspark.daemon"


@pytest.fixture(scope="module")
def rows(model, sentences):
    """Rows of a file, by how fast this machine is."""
    begun = time.monotonic()
    for text in sentences[:100]:
        model(text)
    return round(100 / (time.monotonic() - begun) * 2 * BUSY / FILES)


@pytest.fixture(scope="module")
def corpus(rows, sentences, tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    for file in range(FILES):
        ids = list(range(file * rows, (file + 1) * rows))
        table = pyarrow.table({"id": ids, "text": [sentences[place % len(sentences)] for place in ids]})
        pyarrow.parquet.write_table(table, folder / f"{file:02}.parquet")
    return folder


@pytest.fixture(scope="module")
def expected(rows, model, sentences):
    answers = [labels(found.to_dict()) for found in model.pipe(sentences)]
    return [answers[place % len(sentences)] for place in range(FILES * rows)]


class Job:
    """``python -m sinet.spark`` in the background, with all that it starts."""

    def __init__(self, *arguments, prefix=(), **environment):
        command = [*prefix, sys.executable, "-m", "sinet.spark", *map(str, arguments)]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, start_new_session=True, env={**os.environ, **environment}
        )

    def wait_for(self, condition, what: str):
        """What the condition gives, once it gives something; the job must still run then."""
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            found = condition()
            assert self.process.poll() is None, f"the job ended before there was {what}: {self.said()}"
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"there was never {what}: {self.said()}")

    def below(self, word: str) -> set[int]:
        """Processes below the job with a word in their command."""
        return {pid for pid in descendants(self.process.pid) if word in command_of(pid)}

    def kill(self):
        """Kills all of it, as a power cut would."""
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            kill(pid)
        self.process.wait()

    def finish(self):
        code = self.process.wait(timeout=300)
        assert code == 0, self.said()

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()[-3000:]


def check(output, expected):
    found = sorted(pyarrow.parquet.read_table(output).to_pylist(), key=lambda row: row["id"])
    assert [row["id"] for row in found] == list(range(len(expected)))
    for row, wanted in zip(found, expected):
        assert labels(row) == wanted and row["error"] is None


def test_executors_and_a_worker_of_python(corpus, expected, folder, tmp_path):
    job = Job(
        *("--model", folder, "--input", corpus, "--output", tmp_path / "out"),
        *("--conf", "spark.master=local-cluster[2,1,1024]", "--conf", "spark.task.maxFailures=8"),
        # A task a file: more of them to lose.
        *("--conf", "spark.sql.files.openCostInBytes=134217728"),
    )
    worker = job.wait_for(lambda: job.below(PYTHON_WORKER), "a worker of Python")
    time.sleep(2)
    children = {child for pid in worker for child in descendants(pid)} or worker
    kill(min(children))
    killed = set()
    for _ in range(3):
        fresh = job.wait_for(lambda: job.below(EXECUTOR) - killed, "another executor")
        executor = min(fresh)
        job.wait_for(lambda: any(PYTHON_WORKER in command_of(pid) for pid in descendants(executor)), "a task in it")
        time.sleep(1)
        kill(executor)
        killed.add(executor)
    assert job.process.poll() is None, "the job was over before the last kill"
    job.finish()
    check(tmp_path / "out", expected)


def test_a_driver_twice(corpus, expected, folder, tmp_path):
    out = tmp_path / "out"

    def start():
        return Job(
            *("--model", folder, "--input", corpus, "--output", out, "--checkpoint", tmp_path / "checkpoint"),
            *("--files", 4, "--conf", "spark.master=local[2]", "--conf", "spark.ui.enabled=false"),
        )

    finished = {}
    for batch in (0, 2):
        job = start()
        # The next one is at work when this one is whole.
        job.wait_for(lambda: (out / f"batch={batch}/_SUCCESS").exists(), f"batch {batch}")
        time.sleep(1)
        job.kill()
        committed = {int(file.name) for file in (tmp_path / "checkpoint/commits").glob("[0-9]*")}
        finished = {file: file.stat().st_mtime_ns for number in committed for file in out.glob(f"batch={number}/*")}
    job = start()
    job.finish()
    assert finished and all(file.stat().st_mtime_ns == time for file, time in finished.items())
    assert len(list(out.glob("batch=*"))) == FILES // 4
    check(out, expected)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="hosts in network namespaces need root and iproute2")
def test_a_host(corpus, expected, folder, tmp_path):
    first, second = Host("sinet-a", "10.213.77.1"), Host("sinet-b", "10.213.77.2")
    try:
        first.join(second)
        master = "spark://10.213.77.1:7077"
        home = Path(sys.modules["pyspark"].__file__).parent
        first.start(home, "org.apache.spark.deploy.master.Master", "--host", first.address, "--port", "7077")
        for host in (first, second):
            arguments = ["--host", host.address, "--cores", "1", "--memory", "1500m", "--work-dir", str(tmp_path / host.name)]
            host.start(home, "org.apache.spark.deploy.worker.Worker", *arguments, master)
        job = Job(
            *("--model", folder, "--input", corpus, "--output", tmp_path / "out", "--conf", f"spark.master={master}"),
            *("--conf", "spark.sql.files.openCostInBytes=134217728"),
            prefix=first.inside,
            SPARK_LOCAL_IP=first.address,
            SPARK_LOCAL_HOSTNAME=first.address,
        )
        job.wait_for(lambda: any(PYTHON_WORKER in command_of(pid) for pid in second.processes()), "a task on the second host")
        time.sleep(2)
        assert second.kill() >= 3
        assert job.process.poll() is None, "the job was over before the host died"
        job.finish()
        check(tmp_path / "out", expected)
    finally:
        first.remove()
        second.remove()


class Host:
    """A computer of its own, as far as the network goes."""

    def __init__(self, name: str, address: str):
        self.name, self.address = name, address
        self.inside = ("ip", "netns", "exec", name)
        self.remove()
        ip("netns", "add", name)
        ip("-n", name, "link", "set", "lo", "up")

    def join(self, other: "Host"):
        ip("-n", self.name, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", other.name)
        for host in (self, other):
            ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", "wire")
            ip("-n", host.name, "link", "set", "wire", "up")

    def start(self, home: Path, *arguments: str):
        environment = {**os.environ, "SPARK_LOCAL_IP": self.address, "SPARK_LOCAL_HOSTNAME": self.address}
        command = [*self.inside, str(home / "bin/spark-class"), *arguments]
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def processes(self) -> list[int]:
        found = subprocess.run(["ip", "netns", "pids", self.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return list(map(int, found.stdout.split()))

    def kill(self) -> int:
        processes = self.processes()
        for pid in processes:
            kill(pid)
        return len(processes)

    def remove(self):
        while self.kill():
            time.sleep(0.1)
        subprocess.run(["ip", "netns", "delete", self.name], stderr=subprocess.DEVNULL)


def ip(*arguments: str):
    subprocess.run(["ip", *arguments], check=True)


def kill(pid: int):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """All processes below one, whoever is their parent now."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:
            continue
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found
