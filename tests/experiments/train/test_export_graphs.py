"""The graphs in the package are those that the models of today export."""

import json
from pathlib import Path

import pytest

from pochade.models.runnable_model import GRAPHS_FILE, GRAPHS_FOLDER

pytest.importorskip("onnxscript", reason="needs the extra 'bench'")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of torch's exporter
ROWS = {row["file"]: row for row in json.loads((GRAPHS_FOLDER / GRAPHS_FILE).read_text(encoding="utf-8"))}


@pytest.mark.parametrize(
    "file", [file if file == "page.onnx" else pytest.param(file, marks=pytest.mark.full) for file in ROWS]
)
def test_a_graph_is_exported_again_byte_by_byte(file: str, tmp_path: Path) -> None:
    from experiments.train.export_graphs import export_graph, exports  # noqa: PLC0415  it imports onnx

    (export,) = (export for export in exports() if f"{export.name}.onnx" == file)
    row = json.loads(json.dumps(export_graph(export, tmp_path)))
    assert row == ROWS[file]
    assert (tmp_path / file).read_bytes() == (GRAPHS_FOLDER / file).read_bytes()
