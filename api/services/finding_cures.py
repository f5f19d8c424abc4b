"""Cures of findings: fork an experiment with a finding's patch, and measure what the patch gains."""

import json
from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services import control, sweep_members
from api.services.findings import found_of
from api.services.idempotency import Outcome, earlier, once
from api.services.lookup import EXPERIMENTS
from gradus.errors import Conflict, NotFound
from gradus.fork import unresolved
from gradus.nearest import nearest
from gradus.spec.experiment import Spec
from gradus.sweep.limits import nothing_to_check
from gradus.sweep.request import SweepRequest
from gradus.sweep.sequential import stages
from gradus.wire.control import ForkRequest
from gradus.wire.finding import Finding, Patch
from gradus.wire.finding_request import ApplyRequest, VerifyRequest
from gradus.wire.problem import Mistake
from hub import idempotency
from hub.database.database import now
from hub.experiments.mapping import resolved_of
from hub.hub import Hub
from hub.sweeps import sweeps
from hub.sweeps.sweeps import Planned
from hub.tables import ExperimentRow
from hub.verifications import verifications
from hub.verifications.verifications import CURE

LONGEST_NAME = 200
MAX_SEED = 2**53 - 1


def apply(
    hub: Hub, workspace_id: str, experiment_id: str, name: str, request: ApplyRequest, key: str | None
) -> Outcome:
    """Create an experiment that trains the same spec with a patch of the finding, from the start.

    Raises:
        NotFound: the workspace has no such experiment, or the experiment no such finding.
        Conflict: several findings have the name, or the finding proposes no change of the spec; also as `fork`.
        InvalidSpec: the finding has no patch with this number; also as `fork`.
        TooManyRequests: too many experiments are queued.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        patch = _patch(_named(found_of(session, row), name), request.patch)
        title = (
            request.name
            if request.name is not None
            else f"{row.name or row.dataset}: {patch.why.rstrip('.')}"[:LONGEST_NAME]
        )
    changes = {**patch.patch, "name": title}
    return control.fork(hub, workspace_id, experiment_id, ForkRequest(changes=changes), key)


def verify(
    hub: Hub, workspace_id: str, experiment_id: str, name: str, request: VerifyRequest, key: str | None
) -> Outcome:
    """Train the experiment's spec with and without a patch of the finding, seed by seed, until the difference is known.
    Nothing is trained if the difference is already known, or the patch is being or was verified with at least as many
    seeds.

    Raises:
        NotFound: the workspace has no such experiment, or the experiment no such finding.
        Conflict: several findings have the name, the finding proposes no change of the spec, another of its patches is
            being verified, the patch only ends training earlier, or the experiment began with a checkpoint.
        InvalidSpec: the finding has no patch with this number, or the patch no longer fits.
        TooManyRequests: too many experiments are queued.
    """
    repeatable = idempotency.repeatable(workspace_id, key, "verify", experiment_id, name, request.model_dump_json())
    if replayed := earlier(hub, repeatable):
        return replayed
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        finding = _named(found_of(session, row), name)
        patch = _patch(finding, request.patch)
        _require_verifiable(row, patch)
        sweep = _sweep(row, finding, patch, request.seeds)
    expansion = sweep_members.expanded(hub, workspace_id, sweep, nothing_to_check)
    new = _in_stages(sweep_members.prepared(hub, expansion.members, nothing_to_check), request.seeds)

    def execute(session: Session) -> Outcome:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        finding = _named(found_of(session, row), name)
        if not _is_known(finding, patch, request.seeds):
            at = now(session)
            stored = sweeps.add(session, workspace_id, expansion, at)
            verifications.add(session, row.id, finding.key, json.dumps(patch.patch), stored.id, at)
            session.flush()
            sweep_members.queue(session, hub, stored, new)
            finding = _named(found_of(session, row), name)
        return Outcome(row.id, finding.model_dump_json())

    return once(hub, repeatable, execute)


def _named(found: Sequence[Finding], name: str) -> Finding:
    chosen = [one for one in found if name == one.name] or [one for one in found if name == one.id]
    if not chosen:
        close = nearest(name, [one.name for one in found])
        raise NotFound(f"no finding {name[:100]}" + (f": did you mean {close}?" if close else ""))
    if len(chosen) > 1:
        names = ", ".join(one.name for one in chosen[:20])
        raise Conflict(f"several findings are called {name}: {names}", code="ambiguous_finding")
    return chosen[0]


def _patch(finding: Finding, number: int) -> Patch:
    patches = [one for one in finding.patches if one.of == "spec"]
    if not patches:
        raise Conflict(f"{finding.name} proposes no change of the spec", code="no_patch")
    if number >= len(patches):
        message = f"must be less than {len(patches)}, the number of the finding's patches"
        raise invalid(Mistake(path="patch", message=message, input=number))
    return patches[number]


def _require_verifiable(row: ExperimentRow, patch: Patch) -> None:
    """
    Raises:
        Conflict: trainings from the start cannot show what the patch is worth.
    """
    if row.forked_epoch is not None:
        raise Conflict(
            f"{row.id} was forked from a checkpoint, and a verification trains from the start, which says nothing "
            f"about this run: verify the finding of a run that was trained from the start",
            code="not_verifiable",
        )
    if set(patch.patch) == {"early_stopping"}:
        raise Conflict(
            "this patch ends training earlier, which saves time: a verification compares the best epochs, which stay "
            "the same, so there is no gain to prove. Apply it",
            code="not_verifiable",
        )


def _is_known(finding: Finding, patch: Patch, seeds: int) -> bool:
    """Whether an existing verification already answers the request.

    Raises:
        Conflict: another patch is being verified.
    """
    verifying, verified = finding.verifying, finding.verified
    if verifying is not None:
        if verifying.patch == patch.patch and verifying.seeds >= seeds:
            return True
        raise Conflict(
            f"{finding.name} is being verified by sweep {verifying.sweep_id}: cancel that first", code="verifying"
        )
    return verified is not None and verified.patch == patch.patch and (verified.decided or verified.seeds >= seeds)


def _sweep(row: ExperimentRow, finding: Finding, patch: Patch, seeds: int) -> SweepRequest:
    resolved = resolved_of(row)
    base = Spec.model_validate(unresolved(resolved.spec))
    title = f"{finding.name} of {row.name or row.id}: {patch.why.rstrip('.')}"[:LONGEST_NAME]
    first = min(resolved.spec.seed, MAX_SEED - seeds)
    return SweepRequest(name=title, base=base, variants={CURE: patch.patch}, seeds=tuple(range(first, first + seeds)))


def _in_stages(new: Planned, seeds: int) -> Planned:
    """The same experiments, ordered by stage. No two stages share an array, because later stages may not need to
    train."""
    ends = stages(seeds)
    order = sorted({prepared.spec.seed for prepared in new.prepared})
    stage_of = {seed: next(i for i, end in enumerate(ends) if place < end) for place, seed in enumerate(order)}
    stage = [stage_of[prepared.spec.seed] for prepared in new.prepared]
    by_stage = sorted(range(len(stage)), key=lambda i: stage[i])
    place_of = {old: place for place, old in enumerate(by_stage)}
    groups = [[place_of[i] for i in array if stage[i] == number] for number in range(len(ends)) for array in new.arrays]
    prepared, labels = [new.prepared[i] for i in by_stage], [new.labels[i] for i in by_stage]
    return Planned(prepared, labels, [group for group in groups if group])
