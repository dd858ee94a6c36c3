"""The API's faults: what a whole answer says, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mcreports.errors import SettingsError, SourceError, UnreachableError
from mcreports.metrics import CATALOGUE
from mcreports.sources.prometheus import PrometheusSource

COST = CATALOGUE["budget.cost"]
START, END = datetime(2025, 10, 31, tzinfo=UTC), datetime(2025, 10, 31, 1, tzinfo=UTC)
LABELS = {"__name__": COST.name, "tenant": "A"}
SERIES = {"metric": LABELS, "values": [[START.timestamp(), "1"], [START.timestamp() + 60.5, "2"]]}


def _matrix(*series: object, **more: object) -> dict[str, object]:
    return {"status": "success", "data": {"resultType": "matrix", "result": list(series)}, **more}


def _fetch(stage, **changes):
    return PrometheusSource(stage.settings(**changes)).fetch(COST, START, END)


def test_a_good_answer_is_a_table(play, say):
    table = _fetch(play(say(_matrix(SERIES)))).table
    assert table["value"].tolist() == [1.0, 2.0]
    assert table["ts"].iloc[1] == START + timedelta(seconds=60, milliseconds=500)


ERROR = {"status": "error", "errorType": "bad_data", "error": "no luck today"}


@pytest.mark.parametrize("status", [200, 400, 418])
@pytest.mark.parametrize("data", [{}, {"data": _matrix(SERIES)["data"]}], ids=["bare", "with data"])
def test_an_error_is_an_error_whatever_its_status_and_its_data(play, say, status, data):
    stage = play(say({**ERROR, **data}, status))
    with pytest.raises(SourceError, match=f"{COST.name} for 2025-10-31T00:00:00.000Z.*no luck today") as caught:
        _fetch(stage)
    assert caught.value.exit_code == 1
    assert len(stage.requests) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"warnings": ["store eu-1 did not answer"]}, "store eu-1 did not answer"),
        ({"isPartial": True}, "isPartial"),
        ({"warnings": ["a", "b"], "isPartial": True}, "a; b; isPartial"),
    ],
)
def test_a_partial_answer_gives_nothing_and_a_note_with_its_text(play, say, more, words):
    stage = play(say(_matrix(SERIES, **more)))
    pulled = _fetch(stage)
    assert pulled.table.empty
    assert [(note.kind, note.metric, note.tenant) for note in pulled.notes] == [("source.partial", "budget.cost", None)]
    assert words in pulled.notes[0].text
    assert b"partial_response=false" in stage.requests[0]


def test_a_partial_answer_of_a_later_window_leaves_nothing_of_the_first(play, say):
    stage = play(say(_matrix(SERIES)), say(_matrix(SERIES, isPartial=True)))
    pulled = PrometheusSource(stage.settings()).fetch(COST, START, START + timedelta(hours=3))
    assert pulled.table.empty
    assert pulled.notes


def test_empty_warnings_and_infos_are_no_warnings(play, say):
    assert len(_fetch(play(say(_matrix(SERIES, warnings=[], infos=["x"], isPartial=False)))).table) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_where_the_credential_came_from_and_is_not_repeated(play, say, status, tmp_path):
    file = tmp_path / "token"
    file.write_text("very-secret-token\n", encoding="utf-8")
    stage = play(say(b"Bearer very-secret-token is wrong", status, Content_Type="text/plain"))
    with pytest.raises(SettingsError, match=f"HTTP {status}.*source.token_file {file}.* is wrong") as caught:
        _fetch(stage, token_file=file)
    assert "very-secret" not in str(caught.value)
    assert len(stage.requests) == 1


@pytest.mark.parametrize(("status", "body"), [(404, b"404 page not found"), (400, b"unsupported path requested: /x")])
def test_a_wrong_path_asks_about_the_prefix(play, say, status, body):
    stage = play(say(body, status, Content_Type="text/plain"))
    with pytest.raises(SettingsError, match="is the prefix right"):
        _fetch(stage)
    assert len(stage.requests) == 1


def test_a_422_that_names_no_limit_is_tried_three_times(play, say):
    stage = play(say({"status": "error", "errorType": "execution", "error": "something odd"}, 422))
    with pytest.raises(SourceError, match="something odd") as caught:
        _fetch(stage, deadline=5)
    assert caught.value.exit_code == 1
    assert len(stage.requests) == 3


TOO_MUCH = [
    (422, "query processing would load too many samples into memory in query execution"),
    (422, "cannot select more than -search.maxSamplesPerQuery=1000000000 samples"),
    (400, "exceeded maximum resolution of 11,000 points per timeseries"),
    (422, "the query hit the max number of series limit (limit: 10 series)"),
]


@pytest.mark.parametrize(("status", "text"), TOO_MUCH)
def test_a_limit_is_split_until_it_fits(play, say, status, text):
    stage = play(say({"status": "error", "errorType": "execution", "error": text}, status), say(_matrix(SERIES)))
    assert len(_fetch(stage).table) == 2
    assert [b"3600003ms" in one for one in stage.requests] == [True, False, False]
    assert all(b"1800003ms" in one for one in stage.requests[1:])


def test_a_query_that_timed_out_is_split(play, say):
    late = say({"status": "error", "errorType": "timeout", "error": "query timed out in expression evaluation"}, 503)
    assert len(_fetch(play(late, say(_matrix(SERIES)))).table) == 2


def test_a_body_over_the_limit_is_split(play, say):
    stage = play(say(b" " * 1_100_000), say(_matrix(SERIES)))
    assert len(_fetch(stage).table) == 2


def test_a_limit_that_no_window_meets_is_an_error(play, say):
    stage = play(say({"status": "error", "errorType": "execution", "error": TOO_MUCH[0][1]}, 422))
    with pytest.raises(SourceError, match="too many samples"):
        _fetch(stage, deadline=5)
    assert len(stage.requests) == 7


@pytest.mark.parametrize("kind", ["vector", "scalar", "string", None])
def test_another_result_type_than_asked_is_refused_even_when_empty(play, say, kind):
    with pytest.raises(SourceError, match=f"asked for a matrix and got {kind!r}"):
        _fetch(play(say({"status": "success", "data": {"resultType": kind, "result": []}})))


BODIES = {
    "data null": ('{"status": "success", "data": null}', "data is null"),
    "no data": ('{"status": "success"}', "data is null"),
    "data a list": ('{"status": "success", "data": []}', "asked for a matrix and got 'list'"),
    "result null": ('{"status": "success", "data": {"resultType": "matrix", "result": null}}', "result is not a list"),
    "no status": ('{"data": {"resultType": "matrix", "result": []}}', "status None"),
    "a list": ("[]", "JSON list"),
    "a text": ('"success"', "JSON str"),
    "key twice": ('{"status": "error", "status": "success", "data": {}}', "key 'status' twice"),
    "NaN": (
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1, NaN]]}]}}',
        "NaN",
    ),
    "Infinity": ('{"status": "success", "data": {"resultType": "matrix", "result": [Infinity]}}', "Infinity"),
    "nested": ("[" * 100_000 + "]" * 100_000, "nested"),
}


@pytest.mark.parametrize("body", BODIES)
def test_json_that_may_not_be_trusted_is_a_source_error(play, say, body):
    text, words = BODIES[body]
    stage = play(say(text.encode()))
    with pytest.raises(SourceError, match=words) as caught:
        _fetch(stage)
    assert not isinstance(caught.value, UnreachableError)
    assert len(stage.requests) == 1


RESULTS = {
    "native histogram": ({"metric": LABELS, "histograms": [[1, {}]]}, "native histogram"),
    "both": ({**SERIES, "histograms": [[1, {}]]}, "native histogram"),
    "a vector's series": ({"metric": LABELS, "value": [1, "1"]}, "not a series"),
    "no labels": ({"values": []}, "not a series"),
    "labels null": ({"metric": None, "values": []}, "not a series"),
    "label not text": ({"metric": {"tenant": 7}, "values": []}, "another metric"),
    "null": (None, "not a series"),
    "text": ("histograms", "not a series"),
    "a value that is no number": ({"metric": LABELS, "values": [[1, "one"]]}, "not a series"),
    "a value null": ({"metric": LABELS, "values": [[1, None]]}, "not a series"),
    "half a pair": ({"metric": LABELS, "values": [[1]]}, "not a series"),
    "an instant as text": ({"metric": LABELS, "values": [["soon", "1"]]}, "not a series"),
    "an instant beyond time": ({"metric": LABELS, "values": [[1e300, "1"]]}, "cannot be"),
    "another metric": ({"metric": {"__name__": "other", "tenant": "A"}, "values": []}, "another metric"),
}


@pytest.mark.parametrize("result", RESULTS)
def test_a_series_that_is_none_is_a_source_error(play, say, result):
    raw, words = RESULTS[result]
    with pytest.raises(SourceError, match=words):
        _fetch(play(say(_matrix(raw))))


def test_infinite_negative_and_nan_values_are_what_the_server_said(play, say):
    values = [[START.timestamp() + n, text] for n, text in enumerate(["+Inf", "-Inf", "-5", "NaN", "1e400"])]
    assert _fetch(play(say(_matrix({"metric": LABELS, "values": values})))).table["value"].tolist() == [
        float("inf"), -float("inf"), -5.0, float("inf"),
    ]  # fmt: skip


def test_samples_outside_the_window_are_left_out(play, say):
    start, end = START.timestamp(), END.timestamp()
    values = [[at, "1"] for at in (start - 0.001, start, end - 0.001, end, end + 0.001)]
    table = _fetch(play(say(_matrix({"metric": LABELS, "values": values})))).table
    assert table["ts"].tolist() == [START, END - timedelta(milliseconds=1)]


def test_an_inverted_window_is_never_asked(play, say):
    stage = play(say())
    source = PrometheusSource(stage.settings())
    assert source.fetch(COST, END, START).table.empty
    assert source.fetch(COST, START, START).table.empty
    assert source.fetch(COST, START, END, []).table.empty
    assert stage.requests == []


def test_a_clock_an_hour_off_is_refused_with_both_times(play, say):
    stage = play(say(_matrix(SERIES), Date="Fri, 31 Oct 2025 12:00:00 GMT"))
    source = PrometheusSource(stage.settings(), datetime(2025, 10, 31, 11, tzinfo=UTC))
    with pytest.raises(SettingsError, match=r"2025-10-31T12:00:00Z.*2025-10-31T11:00:0\dZ"):
        source.fetch(COST, START, END)


@pytest.mark.parametrize("date", ["Fri, 31 Oct 2025 12:00:00 GMT", "", "yesterday"])
def test_a_clock_within_the_skew_or_unknown_is_taken(play, say, date):
    stage = play(say(_matrix(SERIES), Date=date))
    assert (
        len(PrometheusSource(stage.settings(), datetime(2025, 10, 31, 12, 4, tzinfo=UTC)).fetch(COST, START, END).table)
        == 2
    )
