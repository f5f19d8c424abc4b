"""The slots of a process that delivers: how many webhooks it serves at the same time, in total and of each
workspace."""

import threading
from collections import Counter


class Places:
    """The taken slots. Any thread may take and return them."""

    def __init__(self, total: int, of_workspace: int) -> None:
        self._total = total
        self._of_workspace = of_workspace
        self._taken: Counter[str] = Counter()
        self._changing = threading.Lock()

    def take(self, workspace_id: str) -> bool:
        """Take a slot for a webhook of a workspace, if there is a free one. Returns whether there was."""
        with self._changing:
            if self._taken.total() >= self._total or self._taken[workspace_id] >= self._of_workspace:
                return False
            self._taken[workspace_id] += 1
            return True

    def give_back(self, workspace_id: str) -> None:
        """Return a slot."""
        with self._changing:
            self._taken[workspace_id] -= 1
            self._taken += Counter()  # forgets workspaces without slots

    def full(self) -> list[str]:
        """The workspaces that have taken as many slots as they may."""
        with self._changing:
            return [workspace for workspace, taken in self._taken.items() if taken >= self._of_workspace]
