"""`gradus open`: the arguments with which it starts the browser."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from gradus.cli.commands.open import LINK_LIFETIME, redirect_page

ADDRESS = 'http://127.0.0.1:8000/sign-in?next=/experiments/exp_1&x="<#gt_secret'


def test_a_browser_gets_a_page_that_its_owner_alone_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    page = redirect_page(ADDRESS)
    assert "gt_secret" not in page.as_uri()
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert 'content="0; url=http://127.0.0.1:8000/sign-in?next=/experiments/exp_1&amp;x=&quot;&lt;#gt_secret"' in (
        page.read_text()
    )


def test_pages_are_deleted_once_their_links_have_expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new = redirect_page(ADDRESS), redirect_page(ADDRESS)
    expired = old.stat().st_mtime - LINK_LIFETIME - 60
    os.utime(old, (expired, expired))
    assert set(tmp_path.iterdir()) == {old, new}
    newest = redirect_page(ADDRESS)
    assert set(tmp_path.iterdir()) == {new, newest}
