"""The state of the service: workers, devices, queue, limits, health."""

from gradus.wire.message import Finite, Message, Moment


class Usage(Message):
    """What a worker and its trainers use of their machine, as sampled every ten seconds."""

    cpu: Finite
    """Cores that they keep busy."""
    memory_bytes: int
    """Resident, with their part of what they share."""
    gpu: Finite | None = None
    """Share of the time in which the worker's GPU computes, from 0 to 1; null for a CPU, and where no driver tells."""
    gpu_memory_bytes: int | None = None
    """Of the GPU, by all programs."""
    gpu_memory_total_bytes: int | None = None


class RunUsage(Message):
    """What a run takes."""

    experiment_id: str
    samples_per_second: Finite | None
    """Training examples a second in its last epoch; null before the first."""
    peak_memory_bytes: int | None
    """As in the experiment."""


class WorkerRecord(Message):
    """A worker process that gave a sign of life lately."""

    id: str
    host: str
    pid: int
    device: str
    """As in an experiment's `device`; of a CPU, with the most threads that it chooses for a run."""
    slots: int
    """Runs that it trains at once."""
    cores: int = 0
    """Physical cores that its runs share; 0 of an older service."""
    threads: tuple[int, ...] = ()
    """Threads of each run on a CPU that it trains now for the asking workspace."""
    running: int
    """Experiments of the asking workspace that it trains now."""
    runs: tuple[RunUsage, ...] = ()
    """These experiments, and what they take."""
    usage: Usage | None = None
    """Null in the first seconds of a worker, where its system does not tell, and of an older service."""
    version: str
    started_at: Moment
    seen_at: Moment


class Limits(Message):
    """What the service accepts."""

    body_bytes: int
    units: int
    layers: int
    epochs: int
    parameters: int
    memory_bytes: int
    """Of one experiment, as a dry run estimates it."""
    queued: int
    """Experiments of one workspace that wait."""
    running: int
    """Experiments of one workspace that train at once."""
    requests_per_minute: int
    """Of one workspace."""
    streams: int
    """And long polls, that one key holds open."""
    page_size: int
    wait_seconds: int
    file_bytes: int
    """Of a file that is sent as one body."""
    upload_bytes: int
    """Of a file that is sent in parts."""
    workspace_bytes: int
    """Of all data sets of one workspace: the files as sent, and the tables that were read from them."""
    part_bytes: int
    """Of each part of an upload but the last."""
    rows: int
    """Of one data set, as are the limits below."""
    columns: int
    cell_bytes: int
    picture_bytes: int
    picture_pixels: int
    pictures: int
    reading_seconds: Finite
    """Of reading 100 MB."""
    classes: int = 0
    """Values of a target that are told apart; 0 of an older service."""
    predict_bytes: int = 0
    """In one request for predictions; 0 of an older service."""
    predict_rows: int = 0
    """In one request for predictions; 0 of an older service."""


class SystemRecord(Message):
    """The answer of `GET /v1/system`."""

    version: str
    time: Moment
    workers: tuple[WorkerRecord, ...]
    devices: tuple[str, ...]
    """Every device that a living worker has, once."""
    queue_depth: int
    """Experiments of the workspace that wait."""
    running: int
    """Experiments of the workspace that train."""
    limits: Limits
    cores_policy: str = ""
    """How runs share cores, in words; empty of an older service."""


class DependencyHealth(Message):
    """One thing that the API needs."""

    name: str
    ok: bool
    detail: str = ""


class Health(Message):
    """The answer of `GET /readyz`."""

    status: str
    """`ok`, or `unavailable` when a dependency is down."""
    dependencies: tuple[DependencyHealth, ...] = ()
