"""What Prometheus reads: requests counted as they go, the state of the service set when it is asked for."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gradus.status import Status

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Telemetry:
    """A registry of its own for each application."""

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
            "Seconds from a request to the end of its answer, by route template; streams left out.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._experiments = self._gauge("gradus_experiments", "Experiments, by status.", "status")
        self._hints = self._gauge("gradus_queue_depth", "Hints that no worker has taken, by kind of device.", "device")
        self._workers = self._gauge("gradus_workers_alive", "Workers that gave a sign of life lately.")
        self._streams = self._gauge("gradus_open_streams", "Streams and long polls open on this process.")

    def count(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """One request that was answered; None for the seconds of a stream, which say nothing about speed."""
        self._requests.labels(method, route, status).inc()
        if seconds is not None:
            self._seconds.labels(method, route).observe(seconds)

    def exposition(
        self, experiments: Mapping[Status, int], waiting_jobs: Mapping[str, int], workers: int, streams: int
    ) -> bytes:
        """Everything in Prometheus' text format."""
        for status in Status:
            self._experiments.labels(status).set(experiments.get(status, 0))
        self._hints.clear()  # an unknown depth is no sample, not a stale one
        for device, depth in waiting_jobs.items():
            self._hints.labels(device).set(depth)
        self._workers.set(workers)
        self._streams.set(streams)
        return generate_latest(self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)
