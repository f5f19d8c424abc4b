"""Log files in the data folder."""

from pathlib import Path

from hub.embedded.data_folder import DataFolder


def test_a_log_is_rotated_while_its_part_writes(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    with folder.log("api").open("ab", buffering=0) as log, folder.log("worker-1").open("ab", buffering=0) as short:
        log.write(b"x" * 200)
        short.write(b"y")
        folder.rotate_logs(max_bytes=100)
        log.write(b"after")
    assert (folder.logs / "api.log.1").read_bytes() == b"x" * 200
    assert folder.log("api").read_bytes() == b"after"
    assert [path.name for path in sorted(folder.logs.iterdir())] == ["api.log", "api.log.1", "worker-1.log"]
