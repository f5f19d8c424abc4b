"""Optimizers: how a step updates the parameters θ from the gradient g. `lr` is the learning rate η."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged

LearningRate = Annotated[float, Field(gt=0, le=1e6)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Epsilon = Annotated[float, Field(gt=0, le=1)]


class SGD(SpecModel):
    """θ ← θ - η g. Source: Robbins & Monro, A stochastic approximation method, 1951; `torch.optim.SGD`."""

    kind: Literal["sgd"] = "sgd"
    lr: LearningRate = 0.01
    """Learning rate η."""


class Momentum(SpecModel):
    """v ← μ v + g;  θ ← θ - η v, or with `nesterov` θ ← θ - η (g + μ v).

    Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964; Sutskever et al.,
    On the importance of initialization and momentum in deep learning, 2013; `torch.optim.SGD(momentum=μ)`.
    """

    kind: Literal["momentum"] = "momentum"
    lr: LearningRate = 0.01
    """Learning rate η."""
    momentum: Decay = 0.9
    """μ, the fraction of the previous velocity that is kept."""
    nesterov: bool = False
    """Use Nesterov momentum: evaluate the gradient at the point that the velocity leads to."""


class AdaGrad(SpecModel):
    """s ← s + g²;  θ ← θ - η g / (sqrt(s) + eps).

    Source: Duchi et al., Adaptive subgradient methods, 2011; `torch.optim.Adagrad`.
    """

    kind: Literal["adagrad"] = "adagrad"
    lr: LearningRate = 0.01
    """Learning rate η."""
    eps: Epsilon = 1e-10
    """Added to the square root, against division by zero."""


class RMSProp(SpecModel):
    """s ← ρ s + (1 - ρ) g²;  θ ← θ - η g / (sqrt(s) + eps).

    Source: Tieleman & Hinton, Neural networks for machine learning, lecture 6.5, 2012; `torch.optim.RMSprop(alpha=ρ)`.
    """

    kind: Literal["rmsprop"] = "rmsprop"
    lr: LearningRate = 0.001
    """Learning rate η."""
    rho: Decay = 0.9
    """ρ, the decay rate of the mean square gradient."""
    eps: Epsilon = 1e-8
    """Added to the square root, against division by zero."""


class Adam(SpecModel):
    """m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;  θ ← θ - η m̂ / (sqrt(ŝ) + eps), with
    m̂ = m / (1 - β₁ᵗ) and ŝ = s / (1 - β₂ᵗ) at step t = 1, 2, 3 …

    Source: Kingma & Ba, Adam: a method for stochastic optimization, 2015; `torch.optim.Adam`.
    """

    kind: Literal["adam"] = "adam"
    lr: LearningRate = 0.001
    """Learning rate η."""
    beta1: Decay = 0.9
    """β₁, the decay rate of the mean gradient."""
    beta2: Decay = 0.999
    """β₂, the decay rate of the mean square gradient."""
    eps: Epsilon = 1e-8
    """Added to the square root, against division by zero."""


class AdamW(SpecModel):
    """θ ← θ - η λ θ for the weights, then Adam's step: weight decay decoupled from the gradient.

    Source: Loshchilov & Hutter, Decoupled weight decay regularization, 2019; `torch.optim.AdamW`.
    """

    kind: Literal["adamw"] = "adamw"
    lr: LearningRate = 0.001
    """Learning rate η."""
    beta1: Decay = 0.9
    """β₁, the decay rate of the mean gradient."""
    beta2: Decay = 0.999
    """β₂, the decay rate of the mean square gradient."""
    eps: Epsilon = 1e-8
    """Added to the square root, against division by zero."""
    weight_decay: float = Field(default=0.01, ge=0, le=1000)
    """λ, the weight decay: each step subtracts the fraction η λ of each weight."""
    decay: Literal["weights", "all"] = "weights"
    """What decays: the weights of layers, or all parameters including biases, gamma and beta, which is the default of
    `torch.optim.AdamW`."""


AnyOptimizer = SGD | Momentum | AdaGrad | RMSProp | Adam | AdamW

Optimizer = Annotated[
    Annotated[AnyOptimizer, tagged()],
    named("sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"),
]
