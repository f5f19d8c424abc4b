"""Biases that batch normalization removes."""

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.run import Run
from insight.start import Start
from insight.words import count


def found(run: Run | Start) -> Finding | None:
    """A note, if a layer with batch normalization has biases. Exact: there is no threshold."""
    layers = [
        layer
        for layer in run.network.layers
        if isinstance(layer, DensePlan | ConvPlan) and layer.batch_norm is not None and layer.bias
    ]
    if not layers:
        return None
    biases = sum(layer.shape[-1] for layer in layers)
    return Finding(
        id=KIND.id,
        severity="note",
        layer=layers[0].name,
        evidence=(Evidence(statistic="useless_biases", value=biases, threshold=0, healthy=(0, 0)),),
        because=f"Batch normalization subtracts the mean of each sum, and with it the bias: the "
        f"{count(biases, 'bias' if biases == 1 else 'biase')} of {count(len(layers), 'layer')} change nothing.",
    )


KIND = FindingKind(
    id="bias_before_batch_norm",
    title="Biases before batch normalization",
    looks_like="Nothing: the network computes the same without them.",
    why="Batch normalization subtracts the batch's mean from each weighted sum, and so removes any bias; its own beta "
    "takes the place of the bias. The biases cost memory and time, and have no effect.",
    cure='`"bias": false` in these layers.',
    at_start=found,
    in_run=found,
)
