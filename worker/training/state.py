"""The training state, which a checkpoint stores as tensors and a JSON document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, assert_never

import torch
from torch import Tensor

from models.early_stopping import BestSoFar
from worker.training.baseline import Guesses
from worker.training.report import Divergence, Ending, Finished, StoppedEarly


@dataclass(frozen=True)
class MemberState:
    """The state of one member, besides its tensors."""

    standing: BestSoFar = field(default_factory=BestSoFar)
    ending: Ending | None = None
    divergence: Divergence | None = None
    """Detected in the current epoch; the member ends when the epoch does."""
    guesses: Guesses | None = field(default_factory=Guesses)
    """None once the member was better than the baseline."""


@dataclass(frozen=True, eq=False)
class State:
    """The state of K members between two steps. `split` separates the members; `join` combines them."""

    epoch: int
    """Completed epochs."""
    step_in_epoch: int
    """Completed steps of the current epoch."""
    step: int
    """Completed steps since the start of the run."""
    members: tuple[MemberState, ...]
    tensors: Mapping[str, Tensor]
    """Tensors by name; the first axis is the member."""

    def split(self) -> list["State"]:
        """The state of each member, on the CPU."""
        return [
            replace(self, members=(member,), tensors={name: t[k : k + 1].cpu() for name, t in self.tensors.items()})
            for k, member in enumerate(self.members)
        ]

    def document(self) -> dict[str, Any]:
        """Everything except the tensors, as a JSON document."""
        return {
            "epoch": self.epoch,
            "step_in_epoch": self.step_in_epoch,
            "step": self.step,
            "members": [_member_document(member) for member in self.members],
        }


def join(states: Sequence[State]) -> State:
    """The state of an array of members that are at the same step."""
    first = states[0]
    assert len({(s.epoch, s.step_in_epoch, s.step) for s in states}) == 1, (
        "members of an array must be at the same step"
    )
    tensors = {name: torch.cat([state.tensors[name] for state in states]) for name in first.tensors}
    return replace(first, members=tuple(member for state in states for member in state.members), tensors=tensors)


def read_state(document: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> State:
    """The state, from its `State.document` and `State.tensors`."""
    members = tuple(_read_member(member) for member in document["members"])
    return State(document["epoch"], document["step_in_epoch"], document["step"], members, tensors)


def _member_document(member: MemberState) -> dict[str, Any]:
    return {
        "standing": asdict(member.standing),
        "ending": member.ending and _ending_document(member.ending),
        "divergence": member.divergence and asdict(member.divergence),
        "guesses": member.guesses and asdict(member.guesses),
    }


def _read_member(document: Mapping[str, Any]) -> MemberState:
    divergence = document["divergence"]
    guesses = document.get("guesses")  # missing in older checkpoints
    return MemberState(
        BestSoFar(**document["standing"]),
        _read_ending(document["ending"]),
        divergence and Divergence(**divergence),
        guesses and Guesses(**guesses),
    )


def _ending_document(ending: Ending) -> dict[str, Any]:
    match ending:
        case Finished():
            return {"kind": "finished"}
        case StoppedEarly():
            return {"kind": "stopped_early", **asdict(ending)}
        case Divergence():
            return {"kind": "diverged", **asdict(ending)}
        case _:
            assert_never(ending)


def _read_ending(document: Mapping[str, Any] | None) -> Ending | None:
    if document is None:
        return None
    facts = {key: value for key, value in document.items() if key != "kind"}
    kinds: dict[str, type[Ending]] = {"finished": Finished, "stopped_early": StoppedEarly, "diverged": Divergence}
    return kinds[document["kind"]](**facts)
