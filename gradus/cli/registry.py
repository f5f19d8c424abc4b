"""Every command in its section, with its line of help: all that `gradus --help` needs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command. Its help is the first line of its function's docstring; a test checks this."""

    name: str
    help: str
    target: str
    """Its function, `module:function` in `gradus.cli.commands`."""


@dataclass(frozen=True)
class Group:
    """Commands about one kind of thing."""

    name: str
    help: str
    commands: tuple[Command, ...]


SUBMIT = Command("submit", "Queue experiments, one for each spec.", "submit:submit")
FORK = Command("fork", "Create an experiment from another one, with changes.", "fork:fork")
EXTEND = Command("extend", "Train experiments for additional epochs.", "control:extend")
WATCH = Command("watch", "Show runs live until they end; Ctrl-C leaves them running.", "watch:watch")
LS = Command("ls", "List experiments, newest first.", "ls:ls")
SHOW = Command("show", "Show one experiment: its spec, its progress, its results.", "show:show")
LOGS = Command("logs", "Print the log of an experiment.", "logs:logs")
FINDINGS = Command(
    "findings",
    "Show what is wrong with an experiment and its data, how that is known, and what to do about it.",
    "findings:findings",
)
PROBE = Command(
    "probe", "Show what a spec will do before it is queued: a verdict, learning rates, findings.", "probe:probe"
)
LAYERS = Command(
    "layers",
    "Show what an epoch did to the layers of a network: norms, signal share, flat and dead activations.",
    "layers:layers",
)
COMPARE = Command("compare", "Compare the specs and results of experiments.", "compare:compare")
PAUSE = Command("pause", "Pause experiments at a checkpoint.", "control:pause")
RESUME = Command("resume", "Resume paused experiments.", "control:resume")
CANCEL = Command("cancel", "Cancel experiments.", "control:cancel")
EDIT = Command("edit", "Change the name, tags, notes or priority of experiments.", "edit:edit")
PREDICT = Command(
    "predict",
    "Predict the rows of a CSV file, or a picture, with a trained network; print CSV or JSON.",
    "predict:predict",
)
EVALUATE = Command(
    "evaluate",
    "Show how good a trained network is: metrics with 95 % intervals, and what a guess would reach.",
    "evaluate:evaluate",
)
IMPORTANCE = Command(
    "importance",
    "Show which columns a trained network uses: how much worse it predicts when one is shuffled.",
    "importance:importance",
)
CALIBRATION = Command(
    "calibration",
    "Show how a trained network is calibrated: its temperature, or the widths of its intervals.",
    "calibration:calibration",
)
HISTORY = Command("history", "Show how the answers to a few rows changed over the epochs.", "history:history")
FILTERS = Command("filters", "Save the filters of a convolution as a picture, a PNG.", "layer_pictures:filters")
ACTIVATIONS = Command(
    "activations",
    "Save the activations of a convolution for a row as a picture, a PNG.",
    "layer_pictures:activations",
)
EXPORT = Command("export", "Save a trained network as a file that works without Gradus.", "export:export")
RM = Command("rm", "Delete experiments and all their data.", "rm:rm")

EXPERIMENTS = Group(
    "experiments",
    "Create, list and manage experiments; `gradus ls` is `gradus experiments ls`.",
    (
        SUBMIT,
        LS,
        SHOW,
        EDIT,
        WATCH,
        LOGS,
        FINDINGS,
        LAYERS,
        COMPARE,
        EVALUATE,
        IMPORTANCE,
        PREDICT,
        CALIBRATION,
        HISTORY,
        FILTERS,
        ACTIVATIONS,
        EXPORT,
        FORK,
        EXTEND,
        PAUSE,
        RESUME,
        CANCEL,
        RM,
    ),
)
SWEEPS = Group(
    "sweeps",
    "Train many variations of one spec and compare them with confidence intervals.",
    (
        Command("create", "Queue a sweep.", "sweep_create:create"),
        Command("ls", "List sweeps, newest first.", "sweeps:ls"),
        Command("show", "Show the results of a sweep, best first.", "sweeps:show"),
        Command("watch", "Show a sweep live until it ends; Ctrl-C leaves it running.", "sweeps:watch"),
        Command("predict", "Predict with all networks of a change as an ensemble.", "predict:predict_with_sweep"),
        Command(
            "importance",
            "Show which columns the networks of a change use, as a mean over their seeds.",
            "importance:importance_of_sweep",
        ),
        Command("extend", "Add seeds to sweeps, for narrower intervals.", "sweeps:extend"),
        Command("retry", "Train the failed experiments of sweeps again, from the start.", "sweeps:retry"),
        Command("cancel", "Cancel the experiments of sweeps that have not ended.", "sweeps:cancel"),
        Command("rm", "Delete sweeps and all their experiments.", "sweeps:rm"),
    ),
)
DATASETS = Group(
    "datasets",
    "Upload, inspect and manage the data that experiments learn from.",
    (
        Command("add", "Upload a table or pictures as a data set that specs can name.", "dataset_add:add"),
        Command("ls", "List the data sets, newest first; the built-in ones come last.", "datasets:ls"),
        Command(
            "show", "Show one data set: its columns and how they were read, or its shapes and classes.", "datasets:show"
        ),
        Command("rows", "Print rows of a data set, in the order of its files.", "dataset_rows:rows"),
        Command(
            "stats",
            "Show statistics of all columns over all rows; with --column, more of these, and by class.",
            "dataset_stats:stats",
        ),
        Command(
            "findings",
            "Show what is wrong with the data, how that is known, and what to do about it.",
            "findings:dataset_findings",
        ),
        Command("images", "Save a contact sheet of the pictures of a data set, as a PNG.", "dataset_images:images"),
        Command("edit", "Change the name, target, tags or notes of a data set.", "dataset_edit:edit"),
        Command("versions", "List the versions of a data set, newest first.", "dataset_versions:versions"),
        Command(
            "reparse",
            "Make a version of a data set: its files read with other options, or other files.",
            "dataset_versions:reparse",
        ),
        Command(
            "download",
            "Save a file of a data set as it was sent, or with --parquet or --npz the table as it was read.",
            "dataset_download:download",
        ),
        Command("rm", "Delete data sets with their versions and files.", "datasets:rm"),
    ),
)
KEYS = Group(
    "keys",
    "Create, list and revoke API keys.",
    (
        Command("create", "Create an API key and print it: it is shown only once.", "keys:create"),
        Command("ls", "List the API keys of your workspace, newest first.", "keys:ls"),
        Command("revoke", "Revoke API keys: they lose access immediately.", "keys:revoke"),
        Command("rm", "Revoke API keys: they lose access immediately.", "keys:revoke"),
        Command("link", "Print a link that signs one browser in with your key.", "keys:link"),
    ),
)
WEBHOOKS = Group(
    "webhooks",
    "Have the service call an address about status changes and findings.",
    (
        Command("add", "Add a webhook and print its secret: it is shown only once.", "webhooks:add"),
        Command("ls", "List the webhooks of your workspace, newest first, with their state.", "webhooks:ls"),
        Command("enable", "Repeat the failed calls of webhooks at once, then send the later ones.", "webhooks:enable"),
        Command("rm", "Delete webhooks.", "webhooks:rm"),
    ),
)

SECTIONS: dict[str, tuple[Command | Group, ...]] = {
    "Get started": (
        Command("up", "Start the whole service on this machine; Ctrl-C stops it.", "up:up"),
        Command("doctor", "Check this machine and the service.", "doctor:doctor"),
        Command("lecture", "Train the lecture's two networks and compare them with its results.", "lecture:lecture"),
    ),
    "Train": (PROBE, SUBMIT, FORK, EXTEND),
    "Inspect": (
        WATCH,
        LS,
        SHOW,
        LOGS,
        FINDINGS,
        LAYERS,
        COMPARE,
        Command("open", "Open the dashboard in a browser, signed in.", "open:open_dashboard"),
    ),
    "Use": (EVALUATE, IMPORTANCE, CALIBRATION, PREDICT, HISTORY, FILTERS, ACTIVATIONS, EXPORT),
    "Control": (PAUSE, RESUME, CANCEL, EDIT, RM),
    "Resources": (EXPERIMENTS, SWEEPS, DATASETS, WEBHOOKS, KEYS),
    "Service": (
        Command("lab", "Compute the lecture's demonstrations: numbers as JSON, or a picture.", "lab:lab"),
        Command("catalog", "List what a spec can name: layers, optimizers, schedules …", "catalog:catalog"),
        Command("system", "Show the service's workers, devices, queue and limits.", "system:system"),
        Command("version", "Print the version of this client.", "version:version"),
    ),
}

SYNONYMS = {
    "add": ("create", "submit"),
    "check": ("probe",),
    "create": ("submit", "add"),
    "delete": ("rm", "revoke"),
    "diff": ("compare",),
    "get": ("show",),
    "info": ("show", "system"),
    "kill": ("cancel",),
    "list": ("ls",),
    "infer": ("predict",),
    "new": ("create", "submit", "add"),
    "onnx": ("export",),
    "remove": ("rm", "revoke"),
    "rename": ("edit",),
    "run": ("submit",),
    "serve": ("up",),
    "start": ("up", "submit"),
    "status": ("show", "ls"),
    "stop": ("cancel", "pause"),
    "tag": ("edit",),
    "tail": ("logs",),
    "train": ("submit",),
    "update": ("edit",),
    "upload": ("add",),
}
"""The names of these commands in other programs, for "did you mean"."""
