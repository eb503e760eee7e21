"""Memory of a worker."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("pyarrow")

#: With SINET_SCALE=1 as many as a worker may get in a day.
DOCUMENTS = 200_000 if os.environ.get("SINET_SCALE") == "1" else 6_000

SCRIPT = """
import sys, pyarrow, sinet
folder, documents = sys.argv[1], int(sys.argv[2])
schema = pyarrow.schema({"text": pyarrow.string()})
texts = [f"Parser {n} uses beam search on corpus {n % 97}." for n in range(256)]

def batches():
    for _ in range(documents // 256 + 1):
        yield pyarrow.record_batch({"text": texts}, schema=schema)

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

model = sinet.Model(folder, threads=2)
stream = model.annotate(pyarrow.RecordBatchReader.from_batches(schema, batches()))
read, early = 0, None
for batch in pyarrow.RecordBatchReader.from_stream(stream):
    read += batch.num_rows
    if early is None and read >= documents // 10:
        early = resident()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(early, resident(), peak)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from Linux' /proc")
def test_memory_does_not_grow_with_the_number_of_documents(folder):
    printed = subprocess.check_output([sys.executable, "-c", SCRIPT, str(folder), str(DOCUMENTS)], text=True)
    early, late, peak = (int(number) / 1024 for number in printed.split())
    print(f"after a tenth {early:.0f} MB, at the end {late:.0f} MB, at most {peak:.0f} MB")
    assert late < 1.05 * early
    assert peak < 400
