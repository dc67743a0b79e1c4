import pytest

from benchmarks.agreement import compare

RIGHT = [[0.1, 0.9], [0.4, 0.6], [0.8, 0.2], [0.3, 0.7]]


def test_the_same_answers_agree_in_every_precision() -> None:
    same = compare(RIGHT, RIGHT)
    assert (same.worst, same.same) == (0, 1)
    assert same.correlation == pytest.approx(1)
    for trained in (True, False):
        assert same.fault("fp32", trained=trained) is None
        assert same.fault("int8", trained=trained) is None


def test_rounding_is_forgiven_to_int8_and_not_to_fp32() -> None:
    rounded = compare([[0.13, 0.87], [0.37, 0.63], [0.78, 0.22], [0.33, 0.67]], RIGHT)
    assert rounded.worst == pytest.approx(0.03)
    assert rounded.fault("int8", trained=True) is None
    assert "differ by up to 0.030" in str(rounded.fault("fp32", trained=False))


def test_a_trained_model_stands_rounding_better_than_a_random_one() -> None:
    moved = compare([[0.2, 0.8], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5]], RIGHT)
    assert 0.8 < moved.correlation < 0.99
    assert moved.fault("int8", trained=False) is None
    assert moved.fault("int8", trained=True) is not None


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([RIGHT[2], RIGHT[0], RIGHT[3], RIGHT[1]], id="texts mixed up"),
        pytest.param([each[::-1] for each in RIGHT], id="classes swapped"),
        pytest.param([[0.5, 0.5]] * 4, id="always the same"),
        pytest.param([[float("nan")] * 2] * 4, id="not a number"),
    ],
)
def test_wrong_answers_are_wrong_in_every_precision(answers: list[list[float]]) -> None:
    wrong = compare(answers, RIGHT)
    assert "wrong answers" in str(wrong.fault("int8", trained=False))
    assert "wrong answers" in str(wrong.fault("fp32", trained=False))


def test_an_answer_too_few_or_of_other_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="3 answers for 4 texts"):
        compare(RIGHT[:3], RIGHT)
    with pytest.raises(ValueError, match="not two classes"):
        compare([[1.0, 0.0, 0.0]] * 4, RIGHT)
