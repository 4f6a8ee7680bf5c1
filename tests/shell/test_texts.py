"""The texts Flask-AppBuilder and WTForms bring: all in Portuguese, and where both have one, ours."""
import re
from pathlib import Path

import flask_appbuilder
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask_babel import force_locale, gettext
from wtforms import Form, StringField
from wtforms.validators import InputRequired

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
FAB = Path(flask_appbuilder.__file__).parent
WRONG = {"Sign In": "Entrar", "Login": "Entrar", "Logout": "Sair", "Order by": "Ordenar por", "Contains": "Contém",
         "Not Contains": "Não contém", "Email": "E-mail", "User Registrations": "Pedidos de cadastro"}
MISSING = {"Add": "Incluir", "Edit": "Editar", "Show": "Ver", "Delete": "Excluir",
           "Not a valid choice": "Não é uma opção válida",
           "Are you sure you want to delete this item?": "Tem certeza de que quer excluir este registro?"}


def _texts_of_fab():
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
    words = {"_": None, "__": None, "gettext": None, "lazy_gettext": None, "_l": None}
    texts = (found[2] for found in extract_from_dir(str(FAB), methods, keywords=words))
    return sorted({text for text in texts if isinstance(text, str)})


def _catalogue_of_fab():
    with (FAB / "translations/pt_BR/LC_MESSAGES/messages.mo").open("rb") as file:
        return {message.id: message.string for message in read_mo(file)}


@pytest.mark.req("G-04")
def test_every_text_of_fab_is_in_portuguese(app):
    """153 texts, of which its own catalogue lacks 27."""
    theirs, texts = _catalogue_of_fab(), _texts_of_fab()
    assert len(texts) > 140
    with app.test_request_context(), force_locale("pt_BR"):
        missing = [text for text in texts if not theirs.get(text) and gettext(text) == text]
        untouched = [text for text in texts if theirs.get(text) == text and len(text) > 9 and gettext(text) == text]
    assert missing == []
    assert untouched == []


@pytest.mark.parametrize(("text", "translation"), {**WRONG, **MISSING}.items())
def test_our_translation_wins_over_that_of_fab(app, text, translation):
    with app.test_request_context(), force_locale("pt_BR"):
        assert gettext(text) == translation
    assert _catalogue_of_fab().get(text) != translation


def test_refusals_of_wtforms_are_in_portuguese(app):
    from flask_wtf.i18n import translations

    class Asked(Form):
        class Meta:
            def get_translations(self, form):
                return translations

        name = StringField(validators=[InputRequired()])

    with app.test_request_context(), force_locale("pt_BR"):
        form = Asked()
        assert not form.validate()
        assert form.name.errors == ["Campo obrigatório."]


def test_one_word_for_merging_and_the_manuals_own_label_only_where_the_manual_has_it():
    """ "Mesclar" everywhere, never "unir" or "unificar"; "Motivos padrões" only in the manual's "… de ocorrência"."""
    with (TRANSLATIONS / "pt_BR/LC_MESSAGES/messages.po").open("rb") as file:
        said = [message.string for message in read_po(file) if isinstance(message.string, str)]
    joined = re.compile(r"\b(unir|unid[oa]s?|união|unific\w+)\b", re.IGNORECASE)
    assert [text for text in said if joined.search(text) and "unidade" not in text.lower()] == []
    assert [text for text in said if "otivos padrões" in text and "Motivos padrões de ocorrência" not in text] == []
