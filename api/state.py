"""The state that all routes share, built once for each application."""

from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.auth.authentication import Authenticator
from api.expansion_slots import ExpansionSlots
from api.prediction.models import ModelCache
from api.prometheus import PrometheusMetrics
from api.streaming.broadcaster import Broadcaster
from api.streaming.open_requests import OpenRequests
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from hub.hub import Hub


@dataclass(frozen=True)
class AppState:
    """The hub, event streaming, concurrency limits, metrics and authentication."""

    hub: Hub
    broadcaster: Broadcaster
    streams: Streams
    open_requests: OpenRequests
    short_reads: SharedReads
    """Short reads that open requests repeat: is there something new, is the key still valid?"""
    large_reads: CapacityLimiter
    """Limits the threads that read thousands of rows for one response, so that other requests still get a thread."""
    predictions: CapacityLimiter
    """Limits the threads that answer small requests for predictions. Some of these threads wait for a model to be
    loaded."""
    pictures: CapacityLimiter
    """Limits the threads that compute filters, activations and prediction histories: they take seconds, and predictions
    must not wait for them."""
    computations: CapacityLimiter
    """Limits the threads that compute demonstrations of the lab."""
    prometheus: PrometheusMetrics
    authenticator: Authenticator
    expansion_slots: ExpansionSlots
    models: ModelCache
    """Loaded models, which answer predictions."""


async def _state(request: Request) -> AppState:
    state: AppState = request.app.state.app_state
    return state


StateDep = Annotated[AppState, Depends(_state)]
