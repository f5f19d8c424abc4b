"""Names of devices: everything that decides the last bits of a run."""

import re
from dataclasses import dataclass, replace
from typing import Self

ONEDNN_EVERYWHERE = "ooo"
"""oneDNN computes all large products. Names of devices omit this default, as they did before there was a choice."""

_CPU = re.compile(
    r"cpu:(?P<threads>\d+)(?: \((?P<processor>[^,)]*)(?:, products (?P<products>[mo]{3}))?(?:, (?P<build>[^)]*))?\))?"
)


@dataclass(frozen=True)
class CpuName:
    """The name of a CPU, such as `cpu:2 (AuthenticAMD AVX512, products omm, torch 2.13.0+cpu)`.

    Runs on devices with equal names have bit-identical results.
    """

    threads: int
    processor: str = ""
    """The processor's vendor and instruction set, by which libraries choose their kernels."""
    build: str = ""
    """torch's version."""
    products: str = ONEDNN_EVERYWHERE
    """The library of large products x W, xᵀ dz and dz Wᵀ, one letter for each: o is oneDNN, m is MKL."""

    def __str__(self) -> str:
        products = "" if self.products == ONEDNN_EVERYWHERE else f"products {self.products}"
        inner = ", ".join(part for part in (self.processor, products, self.build) if part)
        return f"cpu:{self.threads}" + (f" ({inner})" if inner else "")

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """The CPU of this name; None for a GPU."""
        found = _CPU.fullmatch(name)
        return (
            None
            if found is None
            else cls(
                int(found["threads"]),
                found["processor"] or "",
                found["build"] or "",
                found["products"] or ONEDNN_EVERYWHERE,
            )
        )

    @classmethod
    def products_of(cls, name: str | None) -> str:
        """The library of large products on the device of this name; the default for a GPU, or if none is known."""
        cpu = None if name is None else cls.parse(name)
        return ONEDNN_EVERYWHERE if cpu is None else cpu.products

    def is_like(self, other: "CpuName") -> bool:
        """Whether both CPUs give bit-identical results with the same threads and libraries."""
        return (self.processor, self.build) == (other.processor, other.build)

    def adjusted(self, threads: int, products: str) -> Self:
        """The same CPU with this number of threads and these libraries."""
        return replace(self, threads=threads, products=products)
