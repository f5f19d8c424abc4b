"""The state of the service: workers, devices, queue, limits, health."""

from gradus.wire.message import Finite, Message, Moment


class Usage(Message):
    """The resources that a worker and its trainer processes use, sampled every ten seconds."""

    cpu: Finite
    """Number of busy cores."""
    memory_bytes: int
    """Resident memory, with a proportional part of shared memory."""
    gpu: Finite | None = None
    """Utilization of the worker's GPU: the share of time in which it computes, from 0 to 1; null for a CPU, and if no
    driver reports it."""
    gpu_memory_bytes: int | None = None
    """Memory of the GPU that all programs use."""
    gpu_memory_total_bytes: int | None = None


class RunUsage(Message):
    """The resources that a run uses."""

    experiment_id: str
    samples_per_second: Finite | None
    """Training examples a second in its last epoch; null before the first."""
    peak_memory_bytes: int | None
    """Peak memory, as in the experiment."""


class WorkerRecord(Message):
    """A worker process with a recent heartbeat."""

    id: str
    host: str
    pid: int
    device: str
    """The device, as in an experiment's `device`; for a CPU, with the maximum number of threads that the worker chooses
    for a run."""
    slots: int
    """Number of runs that it trains at the same time."""
    cores: int = 0
    """Number of physical cores that its runs share; 0 from an older service."""
    threads: tuple[int, ...] = ()
    """For each run of the caller's workspace that it currently trains on a CPU: the number of threads."""
    running: int
    """Experiments of the caller's workspace that it currently trains."""
    runs: tuple[RunUsage, ...] = ()
    """The resources that these experiments use."""
    usage: Usage | None = None
    """Null in the first seconds of a worker, if its system does not report it, and from an older service."""
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
    """Maximum memory of one experiment, as estimated by a dry run."""
    queued: int
    """Maximum number of queued experiments of one workspace."""
    running: int
    """Maximum number of experiments of one workspace that train at the same time."""
    requests_per_minute: int
    """Maximum number of requests per minute of one workspace."""
    streams: int
    """Maximum number of streams and long polls that one key can hold open."""
    page_size: int
    wait_seconds: int
    file_bytes: int
    """Maximum size of a file that is sent as one body."""
    upload_bytes: int
    """Maximum size of a file that is sent in parts."""
    workspace_bytes: int
    """Maximum size of all data sets of one workspace: the files as sent, and the tables that were read from them."""
    part_bytes: int
    """Size of each part of an upload except the last."""
    rows: int
    """Maximum number of rows of one data set; the limits below are also for one data set."""
    columns: int
    cell_bytes: int
    picture_bytes: int
    picture_pixels: int
    pictures: int
    reading_seconds: Finite
    """Time limit for reading 100 MB."""
    classes: int = 0
    """Maximum number of classes of a target; 0 from an older service."""
    predict_bytes: int = 0
    """Maximum number of bytes in one request for predictions; 0 from an older service."""
    predict_rows: int = 0
    """Maximum number of rows in one request for predictions; 0 from an older service."""


class SystemRecord(Message):
    """The answer of `GET /v1/system`."""

    version: str
    time: Moment
    workers: tuple[WorkerRecord, ...]
    devices: tuple[str, ...]
    """The devices of the live workers, without duplicates."""
    queue_depth: int
    """Number of queued experiments of the workspace."""
    running: int
    """Number of running experiments of the workspace."""
    limits: Limits
    cores_policy: str = ""
    """A description of how runs share cores; empty from an older service."""


class DependencyHealth(Message):
    """The health of one dependency of the API."""

    name: str
    ok: bool
    detail: str = ""


class Health(Message):
    """The answer of `GET /readyz`."""

    status: str
    """`ok`, or `unavailable` when a dependency is down."""
    dependencies: tuple[DependencyHealth, ...] = ()
