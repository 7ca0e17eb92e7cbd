"""Laws of the roles' variables: each is described, so that a wrong value or a misspelt name is refused in words."""

from __future__ import annotations

import re
from configparser import ConfigParser

import pytest

from tests.ansible.roles import ANSIBLE, ROLES, defaults, options, read

INVENTORIES = sorted((ANSIBLE / "inventory").rglob("*.yml"))
DOCUMENT = ANSIBLE.parent / "docs/fleet.md"
SENTENCE = re.compile(r"[A-Z].*\.", re.DOTALL)
OURS = re.compile(rf"\b(?:{'|'.join(ROLES)})_\w+")
AS_A_WORD = r"(?:truthy|falsy)\(convert_bool=True\)"
KINDS = {str: ("str", "path"), bool: ("bool",), int: ("int",), list: ("list",), dict: ("dict",)}


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_variable_is_described_where_it_has_a_default_and_required_where_it_has_none(role: str) -> None:
    described = options(role)
    assert {name for name in described if not described[name].get("required")} == set(defaults(role))


def test_each_belongs_to_its_role_by_name(role: str) -> None:
    assert [name for name in options(role) if not name.startswith(f"{role}_")] == []


def test_each_has_a_type_and_a_sentence(role: str) -> None:
    told = [name for name, it in options(role).items() if it["type"] and SENTENCE.fullmatch(it["description"])]
    assert told == list(options(role))


def test_the_parts_of_each_list_have_a_type(role: str) -> None:
    assert [name for name, it in options(role).items() if it["type"] == "list" and "elements" not in it] == []


def test_each_default_is_of_its_type(role: str) -> None:
    """Where it is written down; what is a template is known when it runs."""
    plain = {name: value for name, value in defaults(role).items() if "{{" not in str(value)}
    assert [name for name, value in plain.items() if options(role)[name]["type"] not in KINDS[type(value)]] == []


def test_each_plain_default_is_one_of_the_choices(role: str) -> None:
    plain = {name: value for name, value in defaults(role).items() if "{{" not in str(value)}
    choices = {name: it["choices"] for name, it in options(role).items() if "choices" in it}
    assert [name for name, value in plain.items() if name in choices and value not in choices[name]] == []


def test_what_reads_a_boolean_takes_it_as_a_word(role: str) -> None:
    """`-e common_tls=false` brings a string, which is true; and the filter bool takes "t" and "y" for false."""
    booleans = "|".join(name for known in ROLES for name, it in options(known).items() if it["type"] == "bool")
    bare = re.compile(
        rf"^.*\b(?:{booleans})(?=$|[,)\]|]| (?:[}}%|~]|and|or|if|else|is(?! {AS_A_WORD})\b)).*", re.MULTILINE
    )
    files = [path for part in ("tasks", "templates", "vars") for path in sorted((ROLES[role] / part).glob("*"))]
    assert [line.strip() for path in files for line in bare.findall(path.read_text())] == []


@pytest.mark.parametrize("inventory", INVENTORIES, ids=lambda path: path.parent.name)
def test_inventories_name_variables_that_are_there(inventory: str) -> None:
    known = {name for role in ROLES for name in options(role)}
    assert set(OURS.findall((ANSIBLE / inventory).read_text())) - known == set()


def test_the_document_names_variables_that_are_there() -> None:
    known = {name for role in ROLES for name in options(role)}
    assert set(OURS.findall(DOCUMENT.read_text())) - known == set()


def test_what_an_inventory_can_set_is_in_the_document() -> None:
    settable = {name for role in ROLES for name in defaults(role)}
    assert settable - set(OURS.findall(DOCUMENT.read_text())) == set()


def test_what_hosts_tell_sets_no_variable() -> None:
    """Else one that somebody else rules is signed a certificate in any name, though its own was revoked."""
    settings = ConfigParser()
    settings.read(ANSIBLE / "ansible.cfg")
    assert settings.getboolean("defaults", "inject_facts_as_vars") is False


def test_inventories_can_be_read() -> None:
    assert [path for path in INVENTORIES if not isinstance(read(path), dict)] == []
