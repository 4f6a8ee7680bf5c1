"""Brazil's holidays of nation and state, a year at a time, from the library that follows the laws."""
from datetime import date
from functools import lru_cache

LANGUAGES = {"pt_BR": "pt_BR", "en": "en_US"}
FIRST_YEAR, LAST_YEAR = 1890, 2100  # what the library knows


@lru_cache(maxsize=2048)
def of_year(year: int, state: str | None = None, optional: bool = False, language: str = "pt_BR") -> dict[date, str]:
    """{day: name} of the nation, of a state where one is given, and of the optional days off where asked for."""
    import holidays  # a tenth of a second, which only who asks for holidays has to wait

    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    kinds = ("public", "optional") if optional else ("public",)
    return dict(sorted(holidays.Brazil(
        subdiv=state, years=year, categories=kinds, language=LANGUAGES.get(language, "pt_BR")).items()))
