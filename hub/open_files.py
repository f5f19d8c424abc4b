"""The limit on a process's open files and connections."""

import resource


def raise_limit() -> int:
    """Raise the soft limit to the hard limit, for this process and its children. Returns the limit.

    This needs no privileges. Each connection takes a descriptor, and a shell's usual limit of 1,024 is a default for
    old programs that cannot handle more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError):  # macOS reports an infinite hard limit, and refuses it
            return soft
    return limit()


def limit() -> int:
    """The soft limit of this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _UNLIMITED if soft == resource.RLIM_INFINITY else soft


_UNLIMITED = 1 << 20
