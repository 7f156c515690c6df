"""The peer's side: scipy.linalg.lstsq with LAPACK's gelsy in float64. Argument: JSON of ours.ts's job. Prints a SolveRun."""
import json
import resource
import sys
import time

import numpy
import scipy.linalg

job = json.loads(sys.argv[1])
shape = (job["rows"], job["width"])
x = numpy.fromfile(job["files"]["x"], dtype=numpy.float32).reshape(shape).astype(numpy.float64)
y = numpy.fromfile(job["files"]["y"], dtype=numpy.float32).reshape(shape).astype(numpy.float64)
start = time.perf_counter()
solution, _, rank, _ = scipy.linalg.lstsq(x, y, cond=1e-6, lapack_driver="gelsy")
run = {"seconds": time.perf_counter() - start, "rank": int(rank)}
run["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
if "map" in job:
    theirs = numpy.fromfile(job["map"], dtype=numpy.float64).reshape(job["width"], job["width"]).T
    fitted = x @ solution
    run["difference"] = float(numpy.linalg.norm(x @ theirs - fitted) / numpy.linalg.norm(fitted))
print(json.dumps(run))
