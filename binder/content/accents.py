"""How strictly accents count in a new question, after the subject of its binder; its author may choose otherwise.

- `require`: French and the languages, where spelling is part of what is learned; also where no subject is said, or one
  that the list of subjects has not.
- `half`: subjects of words – history and geography, civics, philosophy, economics, media, the arts, vocational teaching.
- `ignore`: mathematics, sciences, technology, computing, sports: a pupil who writes "evaporation" has understood.
"""

from __future__ import annotations

from typing import Literal

from binder.activities import ActivityType
from binder.vocabularies import SUBJECTS

__all__ = ["accents_for", "counts_accents"]

Accents = Literal["require", "half", "ignore"]

_HALF = (
    "histoire et géographie",
    "enseignement moral et civique",
    "philosophie",
    "sciences économiques et sociales",
    "éducation aux médias et à l’information",
    "arts plastiques",
    "éducation musicale",
    "questionner le monde",
    "enseignement professionnel",
)
_IGNORE = (
    "mathématiques",
    "physique-chimie",
    "sciences de la vie et de la Terre",
    "technologie",
    "sciences et technologie",
    "numérique et sciences informatiques",
    "sciences numériques et technologie",
    "éducation physique et sportive",
)
_USUAL: dict[str, Accents] = {
    **{SUBJECTS.value(name): "half" for name in _HALF},
    **{SUBJECTS.value(name): "ignore" for name in _IGNORE},
}


def accents_for(subject: str) -> Accents:
    """How accents count where a binder is about that subject, as it is stored or written."""
    return _USUAL.get(SUBJECTS.value(subject), "require")


def counts_accents(kind: ActivityType) -> bool:
    """Whether questions of that type may ask for accents."""
    return "accents" in kind.Scoring().fields
