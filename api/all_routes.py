"""All routes of the API, and the OpenAPI document that describes them. All applications of a process share them."""

from fastapi.routing import APIRoute

from api.openapi.document import About, Document
from api.routes import (
    about,
    augmented,
    control,
    dataset_content,
    dataset_creation,
    dataset_events,
    dataset_versions,
    datasets,
    ensembles,
    evaluation,
    events,
    experiments,
    exports,
    findings,
    health,
    importance,
    inference,
    inference_server,
    keys,
    lab,
    layer_pictures,
    layers,
    metrics,
    pages,
    predicted_files,
    predictions,
    probes,
    session,
    sweeps,
    uploads,
    webhooks,
)
from gradus import __version__

_DESCRIPTION = """\
POST one JSON document that describes a neural network; workers train it; its metrics can be polled or streamed.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem: `title` and `detail` for people,
`code` for programs; `errors` lists each mistake in an invalid document with its location.
"""

ABOUT: About = {
    "title": "Gradus",
    "version": __version__,
    "summary": "Training as a service.",
    "description": _DESCRIPTION,
}
TAGS = [
    {"name": "experiments", "description": "Train a network, follow it, control it, resume or fork it."},
    {"name": "sweeps", "description": "Many experiments from one base spec, and the effect of each change."},
    {"name": "predictions", "description": "Predict with a trained network, evaluate it, and download it."},
    {"name": "inference", "description": "Trained networks by the Open Inference Protocol, version 2."},
    {"name": "metrics and events", "description": "Results of an experiment, epoch by epoch: polled or streamed."},
    {"name": "data sets", "description": "Your own data sets, to upload and inspect, and the built-in ones."},
    {"name": "lab", "description": "The lecture's demonstrations: numbers and pictures."},
    {"name": "about", "description": "Spec kinds and the service itself."},
    {"name": "webhooks", "description": "Signed calls to an address of yours."},
    {"name": "keys", "description": "API keys and browser sessions."},
    {"name": "operation", "description": "For operators: liveness, readiness and Prometheus metrics."},
]

GROUPS = (
    experiments,
    control,
    sweeps,
    metrics,
    events,
    findings,
    probes,
    layers,
    evaluation,
    importance,
    predictions,
    ensembles,
    layer_pictures,
    predicted_files,
    exports,
    dataset_creation,
    inference_server,
    inference,
    datasets,
    dataset_events,
    dataset_versions,
    dataset_content,
    augmented,
    uploads,
    lab,
    about,
    webhooks,
    keys,
    session,
    health,
    pages,
)
"""The modules with the routes, in the order of the OpenAPI document."""
ROUTES = tuple(route for group in GROUPS for route in group.router.routes if isinstance(route, APIRoute))
"""All routes, which every application of a process shares."""
DOCUMENT = Document(ABOUT, TAGS, ROUTES)
