import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from benchmarks import accuracy
from benchmarks.accuracy import Answers, Row, ask_all, compare, hide_words, table
from models.catalog import Catalog
from models.results import Task
from models.service import ModelService
from training.datasets import Example

DATA = {
    Task.SENTIMENT: [Example("좋다", None, 1), Example("나쁘다", None, 0)],
    Task.NLI: [Example("비가 온다", "날씨가 맑다", 2)],
}
RIGHT = {Task.SENTIMENT: ["positive", "negative"], Task.NLI: ["contradiction"]}


def test_one_korean_word_of_each_text_is_hidden() -> None:
    texts = ["영화 정말", "film", "좋은 (명)작", "재미있는 영화"]
    hidden = hide_words(texts)
    assert hidden == hide_words(texts)
    assert [text.count("[MASK]") for text in hidden] == [1, 1]
    assert hidden[0] in {"[MASK] 정말", "영화 [MASK]"}


async def test_all_are_asked_and_answered_in_order() -> None:
    async def ask(item: int) -> int:
        await asyncio.sleep((7 * item % 5) / 1000)
        return -item

    done: list[None] = []
    answers = await ask_all(range(300), ask, lambda: done.append(None))
    assert answers == [-item for item in range(300)]
    assert len(done) == 300


def test_a_precision_is_set_beside_fp32() -> None:
    baseline = Answers(RIGHT, ["영화", "것", None])
    worse = Answers({**RIGHT, Task.SENTIMENT: ["positive", "positive"]}, ["영화", "수", None])
    rows = compare("int8", worse, baseline, DATA)
    assert [(row.measure, row.count, row.value, row.points, row.kept) for row in rows] == [
        (Task.SENTIMENT, 2, 50, -50, False),
        (Task.NLI, 1, 100, 0, True),
        (Task.MASK, 2, 50, -50, False),
    ]
    assert all(row.kept for row in compare("fp32", baseline, baseline, DATA))


def test_the_guard_is_three_tenths_of_a_point() -> None:
    data = {Task.SENTIMENT: [Example("좋다", None, 1)] * 1000}
    for lost, kept in ((3, True), (4, False)):
        labels = {Task.SENTIMENT: ["negative"] * lost + ["positive"] * (1000 - lost)}
        (row,) = compare(
            "int8", Answers(labels, []), Answers({Task.SENTIMENT: ["positive"] * 1000}, []), data
        )
        assert row.kept is kept


def test_the_table_says_what_broke_and_what_is_missing() -> None:
    text = table([Row("int8", Task.NLI, 3000, 70.5, -0.4, kept=False)], {"bf16": "no such unit"})
    assert "| int8 | nli, accuracy | 3,000 | 70.50 | -0.40 | broken |" in text
    assert "| bf16 | not measured: no such unit |" in text


async def test_the_built_in_model_is_asked_in_each_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def build(catalog: Catalog, *, device: str, precision: str, queue_size: int) -> ModelService:
        asked.append(precision)
        return ModelService(catalog, device=device, precision=precision, queue_size=queue_size)

    monkeypatch.setattr(accuracy, "ModelService", build)
    rows, missing = await accuracy.measure(["auto", "none"], DATA, hide_words(["이 영화 정말 재미있다"]))
    assert asked == ["fp32", "auto", "none"]
    assert [row.precision for row in rows] == ["fp32"] * 3 + ["auto"] * 3
    assert [row.points for row in rows[:3]] == [0, 0, 0]
    assert "none" in missing["none"]


def test_the_command_reads_the_files_and_ends_with_1_when_the_guard_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nsmc.txt"
    file.write_text("id\tdocument\tlabel\n1\t정말 좋은 영화\t1\n2\t별로\t0\n", encoding="utf-8")
    seen: list[object] = []
    broken = "auto"

    async def measure(
        precisions: Sequence[str], data: dict[Task, list[Example]], blanked: Sequence[str]
    ) -> tuple[list[Row], dict[str, str]]:
        await asyncio.sleep(0)
        seen.extend([tuple(precisions), data, len(blanked)])
        return [Row(broken, Task.SENTIMENT, 1, 50.0, -50.0, kept=False)], {}

    monkeypatch.setattr(accuracy, "measure", measure)
    with pytest.raises(typer.Exit) as ended:
        accuracy.main(nsmc=str(file), nli=None, precision=None, limit=1, blanks=5, as_json=True)
    assert ended.value.exit_code == 1
    wanted = Example("정말 좋은 영화", None, 1, "nsmc.txt")
    assert seen == [accuracy.PRECISIONS, {Task.SENTIMENT: [wanted]}, 1]
    assert '"points": -50.0' in capsys.readouterr().out
    broken = "int8"
    accuracy.main(nsmc=str(file), blanks=0)  # nobody has to choose it
    with pytest.raises(typer.Exit):
        accuracy.main(nsmc=str(file), blanks=0, precision=["int8"])
    with pytest.raises(typer.BadParameter, match="give --nsmc or --nli"):
        accuracy.main(nsmc=None, nli=None)
    with pytest.raises(typer.BadParameter, match="No such file"):
        accuracy.main(nsmc=str(tmp_path / "nowhere"))
