"""`client.datasets` and `gradus datasets` with a real service and a worker that reads files."""

import asyncio
import datetime as dt
import io
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from api.services import row_limit
from gradus import AsyncClient, BadRequest, Client, Conflict, InvalidSpec, NotFound, TooLarge
from gradus.cli.main import main
from gradus.client import dataset_upload
from hub.datasets import uploads
from hub.hub import Hub
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.integration.api.service import Service, serving
from worker.reading_slot import ReadingSlot
from worker.shutdown import Shutdown

RAGGED = b"a,b\n1,2\n3\n4,5\n"
"""A CSV file whose third line has too few cells."""


@pytest.fixture(scope="module")
def hub(sqlite_template: Path, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """One hub for all tests. Their data sets have different names."""
    folder = tmp_path_factory.mktemp("shared")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'gradus.db')}"
    hub = Hub(Settings(url, valkey.url, str(folder / "artifacts"), folder, (folder / "datasets",)))
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def service(hub: Hub) -> Iterator[Service]:
    """An API, and a reading slot in a thread of this process."""
    over, slot = threading.Event(), ReadingSlot(hub, "wrk_here", Shutdown())

    def serve() -> None:
        while not over.is_set():
            slot.serve()

    thread = threading.Thread(target=serve)
    with serving(hub) as service:
        thread.start()
        yield service
        over.set()
        thread.join()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(service.access.url, key=service.access.key) as client:
        yield client


FRAME = pd.DataFrame(
    {
        "whole": [1, -2, 2**62],
        "number": [0.1, None, 5e-324],
        "single": np.array([0.1, 16777217, np.nan], "float32"),
        "text": ["NA", 'a,"b"\nc\r\nd', None],
        "blank": [" y ", "01", "1e3"],
        "flag": [True, False, True],
        "maybe": pd.array([True, None, False], dtype="boolean"),
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "kind": pd.Categorical(["u", None, "u"]),
        "day": [dt.date(2020, 1, 2), None, dt.date(1999, 12, 31)],
        "at": pd.to_datetime(["2020-01-02T03:04:05.123456", None, "1999-01-01"], format="ISO8601"),
        "zoned": pd.to_datetime(["2020-01-02T03:04:05+02:00", None, "1999-01-01T00:00Z"], format="ISO8601", utc=True),
        "nothing": [None, None, None],
    }
)


def test_a_frame_comes_back_with_its_values_and_types(client: Client) -> None:
    found = client.datasets.upload(FRAME, "frame").to_frame()
    expected = FRAME.convert_dtypes().astype({"single": "float64", "kind": "string", "nothing": "string"})
    for day in ("day", "at", "zoned"):
        expected[day] = pd.to_datetime(FRAME[day]).dt.tz_localize(None) if day != "day" else pd.to_datetime(FRAME[day])
    for name in FRAME:
        assert found[name].isna().tolist() == FRAME[name].isna().tolist(), name
        assert found[name].dropna().tolist() == expected[name].dropna().tolist(), name
    types = {"Int64": ["whole", "nullable"], "Float64": ["number", "single"], "boolean": ["flag", "maybe"]}
    for of, names in types.items():
        assert {str(found[name].dtype) for name in names} == {of}
    assert {str(found[name].dtype) for name in ("text", "blank", "kind", "nothing")} == {"string"}


def test_a_frame_is_the_same_with_and_without_a_reader_of_parquet(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = FRAME.rename(columns={"single": "Text", "kind": 'a "b"'})  # differs from "text" in case alone
    dataset = client.datasets.upload(names, "both ways")
    whole, some = dataset.to_frame(), dataset.to_frame(column=["Text", "day", 'a "b"'])
    monkeypatch.setitem(sys.modules, "duckdb", None)  # as if it were not installed
    pd.testing.assert_frame_equal(whole, dataset.to_frame())
    pd.testing.assert_frame_equal(some, whole[["Text", "day", 'a "b"']])
    with pytest.raises(BadRequest, match="did you mean 'day'"):
        dataset.to_frame(column="dya")


def test_arrays_and_files_of_parts_become_tables(client: Client, tmp_path: Path) -> None:
    arrays = {
        "x": np.arange(12, dtype="float32").reshape(4, 3),
        "y": np.array([0, 1, 0, 1]),
        "file": np.array(list("abcd")),
    }
    found = client.datasets.upload(arrays, "arrays", target="y")
    assert {column.name: (column.type, column.shape) for column in found.columns} == {
        "x": ("array", (3,)),
        "y": ("integer", None),
        "file": ("text", None),
    }
    assert found.target == "y"
    for part, rows in (("train", "a,b\n1,x\n2,y\n"), ("test", "a,b\n3,x\n")):
        (tmp_path / f"{part}.csv").write_text(rows)
    parts = client.datasets.upload(
        {"train": tmp_path / "train.csv", "test": tmp_path / "test.csv"}, "parts", tags=["t"], notes="two files"
    )
    assert (parts.tags, parts.notes, parts.record.rows) == (("t",), "two files", 3)
    assert [(file.name, file.rows, file.split) for file in parts.version(1).files] == [
        ("train.csv", 2, "train"),
        ("test.csv", 1, "test"),
    ]
    assert parts.rows(1, 1, column="b").data == ({"b": "y"},)
    assert parts.download(tmp_path / "x", file=2).read_text() == "a,b\n3,x\n"
    assert parts.download(tmp_path, parquet=True).read_bytes()[:4] == b"PAR1"


def test_a_large_file_is_sent_in_parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 5000)
    monkeypatch.setattr(dataset_upload, "IN_ONE_BODY", 5000)
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(2000))
    told: list[tuple[int, int]] = []
    found = client.datasets.upload(content, "squares", on_progress=lambda *one: told.append(one))
    assert (found.record.rows, told[-1]) == (2000, (len(content), len(content)))
    assert found.rows(1999, 5).data == ({"a": 1999, "b": 1999**2},)
    assert len(found.rows(0, 450).data) == 450
    monkeypatch.setattr(row_limit, "MOST", 70 * 2 * 25)
    assert [row["a"] for row in found.rows(5, 450).data] == list(range(5, 455)), "fewer at a time"
    monkeypatch.setattr(row_limit, "MOST", 10)
    with pytest.raises(TooLarge, match="this row with 2 columns has more than"):
        found.rows(0, 1)


def test_what_cannot_be_read_says_where_and_is_read_with_the_option_it_names(client: Client) -> None:
    with pytest.raises(InvalidSpec, match="line 3: this row has 1 cell") as dry:
        client.datasets.dry_run(RAGGED)
    with pytest.raises(InvalidSpec, match="line 3: this row has 1 cell") as caught:
        client.datasets.upload(RAGGED, "ragged")
    assert (
        [one.input for one in caught.value.errors]
        == [one.input for one in dry.value.errors]
        == ["3⏎4,5⏎", {"ragged": "pad"}]
    )
    with pytest.raises(Conflict) as taken:
        client.datasets.upload(b"a\n1\n", "ragged")
    assert taken.value.code == "name_taken"
    found = client.datasets.get("ragged")
    assert found.new_version(parse={"ragged": "pad"}).status == "ready"
    assert found.parse["ragged"] == "pad"
    again = found.new_version(parse={"columns": {"a": "text"}})
    assert ([one.number for one in again.versions], again.parse["ragged"]) == ([3, 2, 1], "pad")
    assert again.columns[0].type == "text"
    assert again.new_version(b"c;d\n1;2\n").rows().data == ({"c": 1, "d": 2},)
    assert found.update(name="mended", target="d").name == "mended"
    assert [one.name for one in client.datasets.list(search="mend")] == ["mended"]
    found.delete()
    with pytest.raises(NotFound):
        found.refresh()


def test_watching_a_reading_shows_its_progress_and_its_events(client: Client) -> None:
    made = client.datasets.upload(b"a,b\n1,2\n", "watched", wait=False)
    assert all(step.done >= 0 for step in made.watch())
    assert made.status == "ready"
    kinds = [event.kind for event in made.events()]
    assert (kinds[0], kinds[-1]) == ("status", "end")
    assert "progress" in kinds
    assert made.record.last_event == len(kinds)


def test_a_client_that_is_awaited_does_the_same(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 10)
    monkeypatch.setattr(dataset_upload, "IN_ONE_BODY", 10)

    async def upload() -> list[dict[str, object]]:
        async with AsyncClient(service.access.url, key=service.access.key) as client:
            found = await client.datasets.upload(b"a,b\n1,2\n3,4\n5,6\n", "awaited")
            small = await client.datasets.upload(b"a\n1\n", "small")
            return [*(await found.rows()).data, *(await small.rows()).data]

    assert asyncio.run(upload()) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5, "b": 6}, {"a": 1}]


class Typed:
    """Runs `gradus datasets` in this process."""

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GRADUS_URL", service.access.url)
        monkeypatch.setenv("GRADUS_KEY", service.access.key or "")
        self._patch = monkeypatch

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code, the standard output and the standard error of the command."""
        out, err = io.StringIO(), io.StringIO()
        self._patch.setattr(sys, "argv", ["gradus", "datasets", *arguments])
        self._patch.setattr(sys, "stdin", io.StringIO())
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture
def typed(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    monkeypatch.chdir(tmp_path)
    return Typed(service, monkeypatch)


def test_a_file_is_added_shown_and_deleted_on_the_command_line(typed: Typed) -> None:
    Path("churn.csv").write_text("age,exited,zip\n41,yes,01067\n,no,10115\n38,no,8001\n")
    assert typed("add", "churn.csv", "--dry-run")[0] == 0
    assert typed("ls", "-q", "churn")[1] == ""
    code, shown, _ = typed("add", "churn.csv", "--target", "exited", "--watch")
    assert (code, "zip" in shown, "leading zero" in shown) == (0, True, True)
    assert typed("ls", "-q", "churn")[1] == "churn\n"
    assert typed("ls", "churn")[1].splitlines()[1].split()[:6] == ["churn", "ready", "3", "3", "3", "exited"]
    assert typed("rows", "churn", "--csv", "-n", "2")[1] == "age,exited,zip\n41,yes,01067\n,no,10115\n"
    assert "38, 41" in typed("stats", "churn", "--column", "age")[1]
    assert "did you mean 'exited'?" in typed("rows", "churn", "--column", "exitd")[2]
    assert "data_few_rows" in typed("findings", "churn")[1]
    assert "datasets findings NAME" in typed("rows", "churn", "--finding", "data_leak", "--finding-column", "age")[2]
    assert typed("edit", "churn", "--target", "age", "--tag", "a", "--tag", "b", "--name", "leavers")[0] == 0
    assert typed("edit", "leavers", "--untag", "a", "--target", "", "-q")[1] == "leavers\n"
    edited = json.loads(typed("show", "leavers", "--json")[1])
    assert (edited["name"], edited["target"], edited["tags"]) == ("leavers", None, ["b"])
    assert typed("edit", "leavers", "--name", "churn", "-q")[1] == "churn\n"
    assert "say what to change" in typed("edit", "churn")[2]
    assert "ready" in typed("versions", "churn")[1]
    assert typed("download", "churn", "copy.csv") == (0, "copy.csv\n", "")
    assert Path("copy.csv").read_bytes() == Path("churn.csv").read_bytes()
    assert typed("rm", "churn", "-q")[1] == "churn\n"
    assert typed("show", "churn")[0] == 2


def test_a_failure_shows_the_place_and_the_command_that_mends_it(typed: Typed) -> None:
    Path("my file.csv").write_bytes(RAGGED)
    code, _, said = typed("add", "my file.csv", "--dry-run")
    assert code == 2
    assert said.splitlines()[1:] == [
        "  my file.csv, line 3: 3⏎4,5⏎",
        "hint: to read it: gradus datasets add 'my file.csv' --parse ragged=pad",
    ]
    code, _, said = typed("add", "my file.csv", "--watch", "--name", "ragged")
    assert (code, said.splitlines()[-1]) == (1, "hint: to read it: gradus datasets reparse ragged --parse ragged=pad")
    assert typed("reparse", "ragged", "--parse", "ragged=pad", "-q")[:2] == (0, "ragged\n")


def test_a_contact_sheet_is_saved(typed: Typed) -> None:
    for name, gray in {"dark": 0, "light": 255}.items():
        Path("shapes", name).mkdir(parents=True)
        Image.new("L", (4, 4), gray).save(Path("shapes", name, "1.png"))
    assert typed("add", "shapes", "--target", "label", "--watch")[0] == 0
    assert typed("images", "shapes") == (0, "shapes.png\n", "")
    assert typed("images", "shapes", "--class", "dark", "-n", "1") == (0, "shapes-dark.png\n", "")
    with Image.open("shapes-dark.png") as sheet:
        assert sheet.convert("L").getpixel((1, 1)) == 0
    assert typed("images", "shapes", "nowhere/x.png")[0] == 2
