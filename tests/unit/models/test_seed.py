"""Seeds of random numbers depend on nothing but (seed, purpose, place, step)."""

from itertools import product

import torch

from models.seed import generator, stream


def test_every_argument_gives_another_seed() -> None:
    arguments = product((0, 1, 11), ("weights", "dropout"), ("layers/0", "layers/1", ""), (0, 1, 11))
    seeds = [stream(seed, purpose, place, step) for seed, purpose, place, step in arguments]  # type: ignore[arg-type]
    assert len(set(seeds)) == 3 * 2 * 3 * 3
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_the_largest_seed_of_the_spec_has_a_generator() -> None:
    first = torch.rand(3, generator=generator(2**53 - 1, "weights", "output"))
    assert torch.equal(first, torch.rand(3, generator=generator(2**53 - 1, "weights", "output")))
