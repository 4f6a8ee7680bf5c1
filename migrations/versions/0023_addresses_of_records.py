"""Saved views of records behind menus ask for fields as all other lists do: `cf_<key>_from` and `_to` instead of
`cf_<key>.from` and `.to`, pieces of a text between asterisks.

Revision ID: 0023
Revises: 0022
"""
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXTS, BEGUN = ("text", "long_text", "email", "url", "attachment"), ("cpf_cnpj", "phone")
LONGEST = 2000


def upgrade():
    def new(types, name, value):
        for end in ("from", "to"):
            if name.endswith(f".{end}"):
                return f"{name.removesuffix(f'.{end}')}_{end}", value
        kind, bare = types.get(name), value.strip()
        if bare and kind in TEXTS:
            return name, f"*{bare.strip('*')}*"
        return name, f"{bare.rstrip('*')}*" if bare and kind in BEGUN else value
    _rewrite(new)


def downgrade():
    def old(types, name, value):
        for end in ("from", "to"):
            if name.endswith(f"_{end}") and name not in types:
                return f"{name.removesuffix(f'_{end}')}.{end}", value
        return name, value.strip("*") if types.get(name) in (*TEXTS, *BEGUN) else value
    _rewrite(old)


def _rewrite(change):
    connection = op.get_bind()
    types: dict[str, dict[str, str]] = {}
    for menu, key, kind in connection.execute(sa.text(
            "SELECT dynamic_menu.id, custom_field.key, custom_field.type FROM dynamic_menu "
            "JOIN custom_field ON custom_field.form_id = dynamic_menu.form_id")):
        types.setdefault(f"records-{menu}", {})[f"cf_{key}"] = kind
    for pk, list_key, query in connection.execute(sa.text(
            "SELECT id, list_key, query FROM saved_view WHERE list_key LIKE 'records-%'")).all():
        made = urlencode([change(types.get(list_key, {}), name, value) if name.startswith("cf_") else (name, value)
                          for name, value in parse_qsl(query, keep_blank_values=True)], safe="*")
        if made != query and len(made) <= LONGEST:
            connection.execute(sa.text("UPDATE saved_view SET query = :query WHERE id = :pk"),
                               {"query": made, "pk": pk})
