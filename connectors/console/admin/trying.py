"""The try-it box: which FAQ entry answers a question, how surely, and why; or that none does."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from connectors.console.access import ConsoleRoute
from connectors.console.admin.guard import Admin
from connectors.console.admin.pages import admin_page
from connectors.console.admin.preview import said
from connectors.console.admin.wording import load_admin_wording
from knowledge.faq import ABSTAIN_BELOW, FaqHit, current_corpus, search_corpus

_MOST = 5
_LONGEST = 500
_FULL_SCORE = 100

router = APIRouter(prefix="/console/admin", route_class=ConsoleRoute)


@dataclass(frozen=True)
class Tried:
    """One entry that was found. Scores are points of 100."""

    id: str
    question: str
    score: int
    fits: bool
    reasons: list[tuple[str, int]]


@router.get("/try")
def show_try(here: Admin) -> Response:
    """The empty box."""
    return _try_page(here)


@router.post("/try")
def do_try(here: Admin) -> Response:
    """Search as the conversation does. The question is neither kept nor logged."""
    question = here.form.get("question").strip()[:_LONGEST]
    if not question:
        return _try_page(here)
    found = search_corpus(current_corpus(), question, limit=_MOST)
    answer = said(found[0].entry.answer) if found and found[0].score >= ABSTAIN_BELOW else None
    return _try_page(here, question=question, hits=[_tried(hit) for hit in found], answer=answer)


def _tried(hit: FaqHit) -> Tried:
    labels = load_admin_wording().reasons
    reasons = [(labels.get(name, name), _points(score)) for name, score in hit.reasons if _points(score)]
    return Tried(hit.entry.id, hit.entry.question, _points(hit.score), hit.score >= ABSTAIN_BELOW, reasons)


def _points(score: float) -> int:
    return round(score * _FULL_SCORE)


def _try_page(here: Admin, **values: Any) -> Response:
    shown = {"question": "", "hits": None, "answer": None, "limit": _points(ABSTAIN_BELOW), **values}
    return admin_page("try.html", here, "try", **shown)
