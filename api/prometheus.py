"""Metrics for Prometheus: requests are counted as they end, gauges are set when Prometheus asks."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gradus.status import Status
from gradus.wire.system import RunUsage, WorkerRecord

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class PrometheusMetrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "gradus_requests_total",
            "Requests answered, by route template.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "gradus_request_seconds",
            "Seconds from a request to the end of its response, by route template, without streams.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._short_prediction_faults = Counter(
            "gradus_short_prediction_faults_total",
            "Internal errors in the fast path for predictions, after which the route answered: see the log.",
            registry=self._registry,
        )
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[tuple[str, str], Histogram] = {}
        """The counters and histograms of the labels seen so far: looking them up by label takes longer than
        counting."""
        self._experiments = self._gauge("gradus_experiments", "Experiments, by status.", "status")
        self._queue_depth = self._gauge("gradus_queue_depth", "Job messages in the queue, by kind of device.", "device")
        self._workers = self._gauge("gradus_workers_alive", "Workers with a recent heartbeat.")
        self._of_workers = {
            "cpu": self._gauge("gradus_worker_cpu_cores", "Cores that a worker keeps busy.", "worker"),
            "memory_bytes": self._gauge("gradus_worker_memory_bytes", "Memory of a worker.", "worker"),
            "gpu": self._gauge("gradus_worker_gpu_utilization", "Share of time in which a GPU computes.", "worker"),
            "gpu_memory_bytes": self._gauge("gradus_worker_gpu_memory_bytes", "Used memory of a GPU.", "worker"),
        }
        self._of_runs = {
            "samples_per_second": self._gauge(
                "gradus_run_samples_per_second", "Training examples a second in a run's last epoch.", "experiment"
            ),
            "peak_memory_bytes": self._gauge(
                "gradus_run_peak_memory_bytes", "The most memory that a run has taken.", "experiment"
            ),
        }
        self._streams = self._gauge("gradus_open_streams", "Open streams and long polls of this process.")

    def count(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count a finished request. `seconds` is None for a stream, whose duration says nothing about speed."""
        requests = self._counters.get((method, route, status))
        if requests is None:
            requests = self._counters[method, route, status] = self._requests.labels(method, route, status)
        requests.inc()
        if seconds is not None:
            timed = self._histograms.get((method, route))
            if timed is None:
                timed = self._histograms[method, route] = self._seconds.labels(method, route)
            timed.observe(seconds)

    def count_short_prediction_fault(self) -> None:
        """Count a prediction that was left to its route because of an internal error."""
        self._short_prediction_faults.inc()

    def set_usage(self, workers: Sequence[WorkerRecord], runs: Sequence[RunUsage]) -> None:
        """Set what the live workers and runs use. Unknown values, and runs that have ended, have no sample."""
        samples = {worker.id: worker.usage for worker in workers if worker.usage is not None}
        for gauges, found in ((self._of_workers, samples), (self._of_runs, {run.experiment_id: run for run in runs})):
            for key, gauge in gauges.items():
                gauge.clear()
                for label, usage in found.items():
                    if (value := getattr(usage, key)) is not None:
                        gauge.labels(label).set(value)

    def exposition(
        self, experiments: Mapping[Status, int], waiting_jobs: Mapping[str, int], workers: int, streams: int
    ) -> bytes:
        """All metrics in Prometheus' text format."""
        for status in Status:
            self._experiments.labels(status).set(experiments.get(status, 0))
        self._queue_depth.clear()  # report no sample rather than a stale one when the depth is unknown
        for device, depth in waiting_jobs.items():
            self._queue_depth.labels(device).set(depth)
        self._workers.set(workers)
        self._streams.set(streams)
        return generate_latest(self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)
