"""The places of experiments in their array."""

from gradus.spec.experiment import Spec
from hub.jobs.checkpoint_ref import CheckpointRef
from tests.built_in import data_of
from worker.trainer.array_slots import PLACEHOLDER_ID, align_checkpoints, fill_slots, group_by_step
from worker.trainer.protocol import Trainee

SPEC = Spec(dataset="digits", layers=[8])
DATA = data_of("digits")


def trainee(name: str, *steps: int, place: int = 0) -> Trainee:
    """A trainee with checkpoints at these steps, newest first."""
    saved = tuple(
        CheckpointRef(key=f"{name}/1-1-{step}", digest="", size=1, epoch=1, step=step, whole=False) for step in steps
    )
    return Trainee(id=name, spec=SPEC, data=DATA, epoch=0, seconds=0.0, checkpoints=saved, place=place)


def newest(trainees: list[Trainee]) -> dict[str, int]:
    return {one.id: one.checkpoints[0].step if one.checkpoints else 0 for one in trainees}


def test_who_is_a_checkpoint_ahead_goes_on_from_where_the_others_stand() -> None:
    assert newest(align_checkpoints([trainee("a", 30, 20), trainee("b", 20, 10)])) == {"a": 20, "b": 20}
    assert newest(align_checkpoints([trainee("a", 30), trainee("b")])) == {
        "a": 0,
        "b": 0,
    }  # b starts at 0


def test_those_that_stand_together_stay_where_they_are() -> None:
    assert newest(align_checkpoints([trainee("a", 30, 20), trainee("b", 30, 20)])) == {"a": 30, "b": 30}
    assert newest(align_checkpoints([trainee("a", 30, 20)])) == {"a": 30}


def test_who_was_paused_long_ago_holds_nobody_back() -> None:
    assert newest(align_checkpoints([trainee("a", 90, 80), trainee("b", 20, 10)])) == {"a": 90, "b": 20}


def test_each_sits_in_its_place_and_a_copy_in_every_other() -> None:
    here = [(trainee("b", place=1), None), (trainee("d", place=3), None)]
    (group,) = group_by_step(here)
    assert [one.id for one, _ in fill_slots(group, 5)] == [PLACEHOLDER_ID, "b", PLACEHOLDER_ID, "d", PLACEHOLDER_ID]
    assert {one.spec for one, _ in fill_slots(group, 5)} == {SPEC}
