"""What staff send to partners: a reply, read once more before it goes, and entries of the knowledge."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.flows import requesting
from bot.flows.request import Then, keep_unsent, unsent_of
from bot.i18n import Translator
from bot.listeners import changes
from bot.listeners.clicks import Click, Form
from bot.listeners.registry import DONE, Again, FormAnswer, listen, listen_to_forms
from bot.listeners.requests import acting, changing, searching, storing
from bot.listeners.requests.acting import Clicked, Refused
from bot.listeners.services import Services
from bot.model import Notice, Reply
from bot.render import request_cards as render
from bot.render import request_forms as forms
from bot.render.messages import Message
from bot.request import Act, Change, Request, Unsent

_BYTES: Final = 8


def register(app: AsyncApp, services: Services) -> None:
    """Listen to *Reply* and *Send an answer*, and to their forms."""

    async def reply(click: Click) -> None:
        found = await _to_answer(services, click)
        if found is not None:
            t = services.editions.current.renderer.catalogues[found.language]
            unsent = unsent_of(found.request, found.person.id)
            form = forms.replying_form(
                t, found.request, unsent=unsent, place=_place(t, found.request), agent=_agent(services, found)
            )
            await changes.open_at(services, click, found.request.card_ts, form, found.language)

    async def answer(click: Click) -> None:
        found = await _to_answer(services, click)
        if found is not None:
            t = services.editions.current.renderer.catalogues[found.language]
            likely = searching.likely(services, found.request, found.language)
            form = forms.searching_form(t, found.request, query="", found=likely)
            await changes.open_at(services, click, found.request.card_ts, form, found.language)

    async def written(form: Form) -> FormAnswer:
        return await _written(services, form)

    async def send(form: Form) -> FormAnswer:
        return await acting.submit(services, form, lambda *of: _sent(services, *of)) or DONE

    async def searched(form: Form) -> FormAnswer:
        return await _searched(services, form)

    async def present(form: Form) -> FormAnswer:
        return await acting.submit(services, form, lambda *of: _presented(services, *of)) or DONE

    listen(app, services, {render.REPLY: reply, render.ANSWER: answer})
    submitted = {
        forms.REPLYING: written,
        forms.SENDING: send,
        forms.SEARCHING: searched,
        forms.PRESENTING: present,
    }
    listen_to_forms(app, services, submitted)


async def _to_answer(services: Services, click: Click) -> Clicked | None:
    """A click on a request that can still be answered; else it was said how that stands."""
    found = await acting.look_up(services, click)
    if found is not None and found.request.is_closed:
        await acting.say_too_late(services, found)
        return None
    return found


async def _written(services: Services, form: Form) -> FormAnswer:
    """Keep what was typed, and show it as the partner will read it: nothing is sent yet."""
    t = services.editions.current.renderer.catalogues[form.language]
    text, then, errors = forms.read_reply(form.values, t)
    if errors:
        return errors

    def unit(conn: Connection) -> Clicked:
        found = _found(conn, services, form, t)
        kept = keep_unsent(found.request, Unsent(found.person.id, text, then.value))
        storing.stored(conn, services, kept)
        return replace(found, request=kept)

    try:
        found = await services.store.run(unit)
    except Refused as refused:
        return await acting.refused(services, form, refused)
    agent = _agent(services, found)
    shown = _shown(services, requesting.replied(found.request, agent, text))
    place = _place(t, found.request)
    view = forms.sending_form(
        t, found.request, shown=shown, place=place, then=then, digest=_digest(text, agent), agent=agent
    )
    return Again(view, is_above=True)


def _sent(
    services: Services, conn: Connection, clicked: Clicked, form: Form, t: Translator
) -> tuple[Request | None, dict[str, str]]:
    """Send what was shown; if something else has been typed since, in another window, nothing is sent."""
    if clicked.request.is_closed:
        return None, {}
    unsent = unsent_of(clicked.request, clicked.person.id)
    agent = _agent(services, clicked)
    then = acting.text_of(form, "then")
    if unsent is None or _digest(unsent.text, agent) != acting.text_of(form, "digest") or then not in set(Then):
        raise Refused(acting.said(form, t, t("This is no longer what you have typed. Please go back and look again.")))
    now, by = services.clock.now(), clicked.person.id
    theirs = taken(services, conn, clicked)
    after = changing.flow(services).respond(theirs, Change(Act.REPLIED, now, by, unsent.text), Then(then))
    if after is not None:
        _tell(conn, services, after, requesting.replied(after, agent, unsent.text))
    return after, {}


async def _searched(services: Services, form: Form) -> FormAnswer:
    """Show what was found; or the answer that was chosen, in the partner's language and in one's own."""
    t = services.editions.current.renderer.catalogues[form.language]
    query, chosen = forms.read_search(form.values)
    try:
        found = await services.store.read(lambda conn: _found(conn, services, form, t, is_look=True))
    except Refused as refused:
        return await acting.refused(services, form, refused)
    request = found.request
    is_same = query == acting.text_of(form, "query")
    if chosen is None or not is_same:
        hits = (
            searching.found(services, query, form.language)
            if query
            else searching.likely(services, request, form.language)
        )
        return Again(forms.searching_form(t, request, query=query, found=hits))
    if not searching.can_be_sent(services, chosen, request.language):
        return {next(iter(form.values)): t("This answer is not released in the partner’s language.")}
    agent = _agent(services, found)
    reply = requesting.sent(request, agent, chosen)
    view = forms.presenting_form(
        t,
        request,
        entry=chosen,
        shown=_shown(services, reply),
        back=_shown(services, replace(reply, language=form.language)),
        then=Then.WAIT,
        place=_place(t, request),
        agent=agent,
    )
    return Again(view, is_above=True)


def _presented(
    services: Services, conn: Connection, clicked: Clicked, form: Form, t: Translator
) -> tuple[Request | None, dict[str, str]]:
    then, errors = forms.read_then(form.values, t)
    if errors:
        return None, errors
    if clicked.request.is_closed:
        return None, {}
    entry = acting.text_of(form, "entry")
    if not searching.can_be_sent(services, entry, clicked.request.language):
        raise Refused(acting.said(form, t, t("This answer is not released in the partner’s language.")))
    theirs = taken(services, conn, clicked)
    change = Change(Act.SENT, services.clock.now(), clicked.person.id, entry)
    after = changing.flow(services).respond(theirs, change, then)
    if after is not None:
        _tell(conn, services, after, requesting.sent(after, _agent(services, clicked), entry))
    return after, {}


def taken(services: Services, conn: Connection, clicked: Clicked) -> Request:
    """The request of whoever answers: what nobody had is theirs now, and the partner reads so."""
    flow, now = changing.flow(services), services.clock.now()
    request = flow.take(clicked.request, clicked.person.id, now)
    if request is None:
        return clicked.request
    changing.changed(conn, services, request)
    return request


def _tell(conn: Connection, services: Services, request: Request, reply: Reply) -> None:
    changing.tell(conn, services, request, reply, f"{len(request.history)}:said")


def _found(conn: Connection, services: Services, form: Form, t: Translator, *, is_look: bool = False) -> Clicked:
    """The request that a form is about. Raises Refused."""
    found = acting.judged(conn, services, form.click, number=acting.number_of(form), is_look=is_look)
    if isinstance(found, Notice):
        raise Refused(acting.said(form, t, changes.words(services, found, form.language)), found)
    if found.request.is_closed:
        raise Refused(acting.said(form, t, acting.standing(services, found.request, t)))
    return found


def _shown(services: Services, reply: Reply) -> Message:
    return services.editions.current.renderer.message(reply, with_controls=False)


def _place(t: Translator, request: Request) -> str:
    """Where the partner reads it, as markup."""
    return t("the direct message") if request.is_direct else f"<#{request.channel}>"


def _agent(services: Services, clicked: Clicked) -> str:
    return changing.agent_name(services, clicked.person.id)


def _digest(text: str, agent: str) -> str:
    return hashlib.blake2b(f"{agent}\0{text}".encode(), digest_size=_BYTES).hexdigest()
