"""Figures in words: what each is called, how it is counted, and which may be added up."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.enums import CountingKind
from muster.catalogue import mark
from muster.i18n import Translator


@dataclass(frozen=True, slots=True)
class FigureWords:
    """Message ids of a figure: its name, and the sentence that tells how it is counted."""

    title: str
    sentence: str


#: Every definition by its id. A definition that changes its meaning gets a new id, hence new words.
WORDS: Mapping[str, FigureWords] = {
    "activity.sessions@1": FigureWords(mark("All activities"), mark("figure.activity.sessions")),
    "activity.person_times@1": FigureWords(mark("Heads at all activities"), mark("figure.activity.person_times")),
    "activity.persons@1": FigureWords(mark("People by name at all activities"), mark("figure.activity.persons")),
    "activity.hosts@1": FigureWords(mark("Hosts of all activities"), mark("figure.activity.hosts")),
    "lecture.sessions@1": FigureWords(mark("Lectures held"), mark("figure.lecture.sessions")),
    "lecture.person_times@1": FigureWords(mark("Listeners of lectures"), mark("figure.lecture.person_times")),
    "lecture.persons@1": FigureWords(mark("People by name at lectures"), mark("figure.lecture.persons")),
    "lecture.hosts@1": FigureWords(mark("Hosts of lectures"), mark("figure.lecture.hosts")),
    "service.sessions@1": FigureWords(mark("Volunteer services"), mark("figure.service.sessions")),
    "service.person_times@1": FigureWords(mark("Heads at volunteer services"), mark("figure.service.person_times")),
    "service.persons@1": FigureWords(mark("People by name at volunteer services"), mark("figure.service.persons")),
    "contest.sessions@1": FigureWords(mark("Contests"), mark("figure.contest.sessions")),
    "contest.person_times@1": FigureWords(mark("Heads at contests"), mark("figure.contest.person_times")),
    "contest.hosts@1": FigureWords(mark("Hosts of contests"), mark("figure.contest.hosts")),
    "job_fair.sessions@1": FigureWords(mark("Job fairs"), mark("figure.job_fair.sessions")),
    "job_fair.person_times@1": FigureWords(mark("Visitors of job fairs"), mark("figure.job_fair.person_times")),
    "job_fair.hosts@1": FigureWords(mark("Hosts of job fairs"), mark("figure.job_fair.hosts")),
    "childcare.sessions@1": FigureWords(mark("Childcare days"), mark("figure.childcare.sessions")),
    "childcare.person_times@1": FigureWords(mark("Attendance at childcare"), mark("figure.childcare.person_times")),
    "childcare.persons@1": FigureWords(mark("People by name at childcare"), mark("figure.childcare.persons")),
    "culture.sessions@1": FigureWords(mark("Cultural events"), mark("figure.culture.sessions")),
    "culture.person_times@1": FigureWords(mark("Visitors of cultural events"), mark("figure.culture.person_times")),
    "rights.sessions@1": FigureWords(mark("Rights services"), mark("figure.rights.sessions")),
    "rights.person_times@1": FigureWords(mark("Heads at rights services"), mark("figure.rights.person_times")),
    "relief.sessions@1": FigureWords(mark("Relief rounds"), mark("figure.relief.sessions")),
    "relief.person_times@1": FigureWords(mark("Heads at relief rounds"), mark("figure.relief.person_times")),
    "relief.persons@1": FigureWords(mark("People by name at relief rounds"), mark("figure.relief.persons")),
}
#: What one of each kind is called beside a number.
UNITS: Mapping[CountingKind, str] = {
    CountingKind.sessions: mark("unit.sessions"),
    CountingKind.person_times: mark("unit.person_times"),
    CountingKind.persons: mark("unit.persons"),
    CountingKind.organisations: mark("unit.organisations"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """Kinds of counting that stand in one table, and whether what is in it may be added year by year."""

    kinds: tuple[CountingKind, ...]
    title: str
    note: str


#: Kinds of counting never share a table with one that adds up differently.
SECTIONS = (
    Section((CountingKind.sessions,), mark("Sessions"), mark("may be added year by year")),
    Section((CountingKind.person_times,), mark("Person-times"), mark("may be added year by year")),
    Section((CountingKind.persons,), mark("Persons"), mark("each counted once, may not be added")),
    Section((CountingKind.organisations,), mark("Organisations"), mark("each counted once, may not be added")),
)


def title_of(definition: str, translator: Translator) -> str:
    """Return what a figure is called."""
    return translator.gettext(WORDS[definition].title)


def sentence_of(definition: str, translator: Translator) -> str:
    """Return how a figure is counted, in plain words."""
    return translator.gettext(WORDS[definition].sentence)


def unit_of(kind: CountingKind, translator: Translator) -> str:
    """Return the unit of a kind of counting."""
    return translator.gettext(UNITS[kind])
