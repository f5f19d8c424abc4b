"""Every command in its section, with its line of help: all that `gradus --help` has to know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One command. Its line of help is the first of its own description, which a test holds."""

    name: str
    help: str

    @property
    def module(self) -> str:
        """In `gradus.cli.commands`."""
        return {"open": "open_page"}.get(self.name, self.name)


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "Begin": (
        Entry("up", "Start the whole service on this machine; Ctrl-C stops it."),
        Entry("lecture", "Train the lecture's two networks beside the lecture's own numbers."),
        Entry("doctor", "Look whether everything is in order here, and say what to do where it is not."),
    ),
    "Train": (
        Entry("submit", "Queue experiments: one for each spec."),
        Entry("fork", "Make a new experiment of another, with changes."),
        Entry("extend", "Train experiments for more epochs."),
        Entry("sweep", "Train many variations of one spec, and compare them with confidence."),
    ),
    "Look": (
        Entry("watch", "Show runs live until they are over; Ctrl-C leaves them running."),
        Entry("ls", "List experiments, newest first."),
        Entry("show", "Show one experiment: what was asked, how far it is, what came of it."),
        Entry("logs", "Print what has happened to an experiment, line by line."),
        Entry("compare", "Show where the specs of experiments differ, and what each came to."),
        Entry("open", "Open the dashboard in the browser, signed in."),
    ),
    "Control": (
        Entry("pause", "Stop experiments at a checkpoint, to be resumed."),
        Entry("resume", "Let paused experiments go on."),
        Entry("cancel", "End experiments for good."),
        Entry("rm", "Delete experiments that are over, with all that belongs to them."),
    ),
    "Know": (
        Entry("datasets", "List the data sets, or show one."),
        Entry("catalog", "List what a spec can name: layers, optimizers, schedules …"),
        Entry("system", "Show the service's workers, devices, queue and limits."),
        Entry("keys", "Make, list and revoke API keys."),
        Entry("version", "Print the version of this client."),
    ),
}
