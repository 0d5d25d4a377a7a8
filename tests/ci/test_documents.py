"""What the documents say about the CI is what its files say."""

from __future__ import annotations

from ruamel.yaml import YAML

from tests.ci.inputs_page import ACTION, COMPONENT, ROOT, inputs_page, page_of_this_project


def test_the_page_of_inputs_is_up_to_date() -> None:
    page = (ROOT / "docs" / "ci-inputs.md").read_text(encoding="utf-8")
    assert page == page_of_this_project(), "run `make docs`"


def test_the_page_has_a_row_for_each_input_and_output_and_for_nothing_else() -> None:
    yaml = YAML(typ="safe")
    action, component = yaml.load(ACTION), next(iter(yaml.load_all(COMPONENT)))
    declared = [*action["inputs"], *action["outputs"], *component["spec"]["inputs"]]
    rows = [line for line in page_of_this_project().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == declared
    assert len(declared) > 20


def test_a_description_stays_in_its_cell() -> None:
    action = {"inputs": {"a": {"description": "one\ntwo | three", "default": "x"}}, "outputs": {}}
    component = {"spec": {"inputs": {"b": {"description": "four.", "options": ["c", "d"], "default": "c"}}}}
    page = inputs_page(action, component)
    assert "| `a` | one two \\| three | `x` |\n" in page
    assert "| `b` | four. One of `c`, `d`. | `c` |\n" in page
