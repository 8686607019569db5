"""The few words that blocks add to what their authors wrote, in the language of the content."""

from __future__ import annotations

from datetime import datetime

__all__ = [
    "TEXTS",
    "instant_in_words",
    "language",
    "language_name",
    "licence_in_words",
    "say",
    "span_in_words",
]

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "attention": "Attention",
        "captions": "Sous-titres pour sourds et malentendants",
        "consigne": "Consigne",
        "descriptions": "Audiodescription",
        "draw": "Chaque élève reçoit {count} de ces {total} questions, tirées au sort.",
        "embed_note": (
            "Rien n’est encore chargé. Si tu l’affiches ici, ton appareil contacte {host}\u00a0: ce site "
            "apprend ton adresse IP et le type de ton navigateur, et peut déposer des cookies."
        ),
        "embed_note_origin": (
            "Rien n’est encore chargé. Si tu l’affiches ici, ton appareil contacte {host}\u00a0: ce site "
            "apprend ton adresse IP, le type de ton navigateur et le nom de notre site, et peut déposer des cookies."
        ),
        "embed_open": "Ouvrir sur {host} (nouvel onglet)",
        "enlarge": "(agrandir)",
        "enlarge_number": "Agrandir l’image {number}",
        "meeting": "Classe virtuelle",
        "meeting_join": "Rejoindre la classe virtuelle",
        "missing": "Fichier manquant",
        "no_alt": "Image sans description",
        "no_file": "Aucun fichier pour l’instant",
        "no_link": "Adresse manquante ou refusée",
        "own-work": "travail personnel",
        "public-domain": "domaine public",
        "retenir": "À retenir",
        "scanning": "Fichier en cours d’analyse",
        "refused": "Fichier refusé par l’antivirus",
        "subtitles": "Sous-titres",
        "transcript": "Transcription",
        "unknown": "Ce bloc a besoin d’une extension qui n’est pas installée ({name}).",
    },
    "en": {
        "attention": "Take care",
        "captions": "Captions",
        "consigne": "What to do",
        "descriptions": "Audio description",
        "draw": "Each pupil gets {count} of these {total} questions, drawn at random.",
        "embed_note": (
            "Nothing has been loaded yet. If you show it here, your device contacts {host}: that site learns "
            "your IP address and the kind of your browser, and may set cookies."
        ),
        "embed_note_origin": (
            "Nothing has been loaded yet. If you show it here, your device contacts {host}: that site learns "
            "your IP address, the kind of your browser and the name of our site, and may set cookies."
        ),
        "embed_open": "Open on {host} (new tab)",
        "enlarge": "(enlarge)",
        "enlarge_number": "Enlarge picture {number}",
        "meeting": "Virtual class",
        "meeting_join": "Join the virtual class",
        "missing": "Missing file",
        "no_alt": "Picture without a description",
        "no_file": "No file yet",
        "no_link": "Address missing or refused",
        "own-work": "own work",
        "public-domain": "public domain",
        "retenir": "Remember",
        "scanning": "File being checked",
        "refused": "File refused by the virus scanner",
        "subtitles": "Subtitles",
        "transcript": "Transcript",
        "unknown": "This block needs an extension that is not installed ({name}).",
    },
}
"""Language → name → words; every language has the same names."""

DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": ("January February March April May June July August September October November December".split()),
}
NAMES = {
    "fr": {
        "ar": "arabe",
        "br": "breton",
        "ca": "catalan",
        "de": "allemand",
        "en": "anglais",
        "es": "espagnol",
        "eu": "basque",
        "fr": "français",
        "it": "italien",
        "nl": "néerlandais",
        "oc": "occitan",
        "pt": "portugais",
        "uk": "ukrainien",
    },
    "en": {
        "ar": "Arabic",
        "br": "Breton",
        "ca": "Catalan",
        "de": "German",
        "en": "English",
        "es": "Spanish",
        "eu": "Basque",
        "fr": "French",
        "it": "Italian",
        "nl": "Dutch",
        "oc": "Occitan",
        "pt": "Portuguese",
        "uk": "Ukrainian",
    },
}
"""Languages that captions are written in; others are called by their code."""


def language(lang: str) -> str:
    """The language of `TEXTS` for content in `lang`, BCP 47: its own where we have it, else English."""
    primary = lang.partition("-")[0].lower()
    return primary if primary in TEXTS else "en"


def say(lang: str, name: str, /, **values: object) -> str:
    """The words called `name` for content in `lang`."""
    return TEXTS[language(lang)][name].format(**values)


def language_name(lang: str, code: str) -> str:
    """What the language `code` is called in content in `lang`."""
    return NAMES[language(lang)].get(code.partition("-")[0].lower(), code)


def licence_in_words(lang: str, licence: str) -> str:
    """A file's licence: those that have no name of their own are kept by a word of ours."""
    return say(lang, licence) if licence in ("own-work", "public-domain") else licence


def instant_in_words(lang: str, at: datetime) -> str:
    """Day and hour in full, on the clock that `at` was read from."""
    spoken = language(lang)
    return f"{_day(spoken, at)}{' à ' if spoken == 'fr' else ' at '}{_hour(spoken, at)}"


def _day(lang: str, at: datetime) -> str:
    day = "1er" if at.day == 1 and lang == "fr" else str(at.day)
    return f"{DAYS[lang][at.weekday()]} {day} {MONTHS[lang][at.month - 1]} {at.year}"


def _hour(lang: str, at: datetime) -> str:
    return f"{at.hour}\u00a0h\u00a0{at.minute:02}" if lang == "fr" else f"{at:%H:%M}"


def span_in_words(lang: str, start: datetime | None, end: datetime | None) -> tuple[str, str, str]:
    """A time as a sentence has it: the words before the first instant, between the two, and both in full.

    :return: a pattern with `{start}` and `{end}` where the instants stand, then the words of each.
    """
    spoken = language(lang)
    french = spoken == "fr"
    first = instant_in_words(spoken, start) if start else ""
    last = instant_in_words(spoken, end) if end else ""
    if start and end and start.date() == end.date():
        between = f"{_day(spoken, start)}{', de ' if french else ', from '}{_hour(spoken, start)}"
        return ("Le {start} à {end}" if french else "{start} to {end}"), between, _hour(spoken, end)
    if start and end:
        return ("Du {start} au {end}" if french else "From {start} to {end}"), first, last
    if start:
        return ("À partir du {start}" if french else "From {start}"), first, ""
    return (("Jusqu’au {end}" if french else "Until {end}") if end else ""), "", last
