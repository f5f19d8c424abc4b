"""The places of a process that delivers: how many webhooks it serves at the same time, and how many of a workspace."""

import threading
from collections import Counter


class Places:
    """Taken and given back by any thread."""

    def __init__(self, total: int, of_workspace: int) -> None:
        self._total = total
        self._of_workspace = of_workspace
        self._taken: Counter[str] = Counter()
        self._changing = threading.Lock()

    def take(self, workspace_id: str) -> bool:
        """Take a place for a webhook of a workspace, if there is one."""
        with self._changing:
            if self._taken.total() >= self._total or self._taken[workspace_id] >= self._of_workspace:
                return False
            self._taken[workspace_id] += 1
            return True

    def give_back(self, workspace_id: str) -> None:
        """Give a place back."""
        with self._changing:
            self._taken[workspace_id] -= 1
            self._taken += Counter()  # forgets workspaces without places

    def full(self) -> list[str]:
        """The workspaces that have all the places they may have."""
        with self._changing:
            return [workspace for workspace, taken in self._taken.items() if taken >= self._of_workspace]
