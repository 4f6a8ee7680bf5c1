"""What the log keeps of a form: of each changed field only what changed of it, in values that a person reads."""
from ..models.custom_form import CustomForm

# Those of a field, and what each is where nothing was said: of an added field the log names the others.
BARE = {"name": None, "type": None, "help": None, "section": None, "required": False, "options": "", "default": None,
        "mask": None, "pattern": None, "pattern_help": None, "minimum": None, "maximum": None, "shown_if": "",
        "in_list": False, "searchable": False, "active": True}
FIELD = "field."  # of the names of changes: field.<key>
BETWEEN = " / "


def snapshot(form: CustomForm) -> dict:
    """{"name", "slug", "help", "active", "sections", "order"} and {"field.<key>": {…}} of a form as it is now."""
    titles = {each["key"]: each["title"] for each in form.sections or ()}
    made = {"name": form.name, "slug": form.slug, "help": form.help, "active": form.active,
            "sections": BETWEEN.join(titles.values()), "order": [field.key for field in form.fields]}
    for field in form.fields:
        values = {name: getattr(field, name) for name in BARE}
        made[FIELD + field.key] = {
            **values, "section": titles.get(field.section), "options": _options(field.options),
            "shown_if": _rule(field.shown_if), "required": bool(field.required), "in_list": bool(field.in_list),
            "searchable": bool(field.searchable), "active": field.active is not False}
    return made


def changes(before: dict | None, after: dict | None) -> dict:
    """{name: (old, new)} for the log; empty where nothing changed."""
    before, after = before or {}, after or {}
    made = {}
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if name == "order":
            old, new = _moved(old or [], new or [])
        elif name.startswith(FIELD):
            old, new = _field(old, new)
        if old != new:
            made[name] = (old, new)
    return made


def _field(old: dict | None, new: dict | None):
    """Only what differs; of a field that is new or gone, what was said of it."""
    if old is None or new is None:
        return tuple(each and {name: value for name, value in each.items() if value != BARE[name]}
                     for each in (old, new))
    differ = [name for name in BARE if old[name] != new[name]]
    return {name: old[name] for name in differ} or None, {name: new[name] for name in differ} or None


def _moved(old: list[str], new: list[str]):
    """The order of the fields that are in both, where it is another one."""
    both = set(old) & set(new)
    return tuple(BETWEEN.join(key for key in keys if key in both) for keys in (old, new))


def _options(options) -> str:
    """The labels, a retired one in parentheses."""
    return BETWEEN.join(each["label"] if each.get("active", True) else f"({each['label']})" for each in options or ())


def _rule(rule: dict | None) -> str:
    if not rule:
        return ""
    return rule["field"] if rule.get("filled") else f"{rule['field']} = " + BETWEEN.join(map(str, rule["in"]))
