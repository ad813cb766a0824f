"""Lists of SMS as firmwares write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker_huawei_lte.boxes import messages_of

ONE = {"Index": "40001", "Phone": "+491713920017", "Content": "OK 17"}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"Count": "0", "Messages": None}, []),
        ({"Messages": None}, []),
        ({"Count": "0"}, []),
        ({"Count": "1", "Messages": {"Message": ONE}}, [ONE]),
        ({"Count": "9", "Messages": {"Message": [ONE, ONE]}}, [ONE, ONE]),
    ],
    ids=["none", "without a count", "without a list", "one", "a page"],
)
def test_a_list_is_read_as_each_firmware_writes_it(
    answer: dict[str, object], found: list[object]
) -> None:
    assert messages_of(answer) == found


@pytest.mark.parametrize(
    "answer", [{}, {"html": {"body": None}}, {"Count": "3"}, {"dataswitch": "1"}]
)
def test_what_is_no_list_does_not_pass_for_an_empty_one(answer: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no list"):
        messages_of(answer)


XML = st.recursive(
    st.none() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Count", "Messages", "Message", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["Count", "Messages", "Message", "html"]), XML, max_size=4))
def test_any_answer_is_a_list_or_none(answer: dict[str, object]) -> None:
    try:
        assert isinstance(messages_of(answer), list)
    except ValueError:
        assert "Messages" not in answer
