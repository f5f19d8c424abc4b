"""How many files and connections a process may have open."""

import resource


def raise_limit() -> int:
    """Raise the soft limit to the hard one, which needs no rights, for this process and those it starts; the limit.

    A shell's usual 1,024 is an old default for programs that could not have more; each connection takes one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError):  # macOS calls its hard limit endless, and refuses it
            return soft
    return limit()


def limit() -> int:
    """The soft limit of this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _ENDLESS if soft == resource.RLIM_INFINITY else soft


_ENDLESS = 1 << 20
