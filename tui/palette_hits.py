"""What the palette can find: panes, clusters, nodes, hosts, and every key that applies here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.balancers_way import show_balancers
from tui.deck import PANES
from tui.gotcha import GotchaScreen
from tui.keys import places
from tui.navigation import deck_of
from tui.palette import Hit
from tui.wizards import show_session

if TYPE_CHECKING:
    from runbooks.model import Gotcha, Runbook
    from tui.app import QuarterdeckApp
    from tui.desk import Desk


def gather(app: QuarterdeckApp, desk: Desk) -> list[Hit]:
    """Everything that can be gone to or done from the screen that is on top."""
    demo = desk.demo.hits(app) if desk.demo is not None else ()
    return [
        *_panes(app),
        *_systems(app, desk),
        *_vips(app, desk),
        *_clouds(app, desk),
        *_procedures(app, desk),
        *demo,
        *_keys(app),
    ]


def _panes(app: QuarterdeckApp) -> Iterator[Hit]:
    for name, (digit, _) in PANES.items():
        yield Hit("pane", name, partial(_go_to, app, name), key=digit)


def _systems(app: QuarterdeckApp, desk: Desk) -> Iterator[Hit]:
    for view in desk.picture.clusters.values():
        yield Hit("cluster", view.name, partial(_open_cluster, app, view.name), more=view.sentence)
        for host in view.nodes:
            yield Hit("node", host, partial(_open_node, app, view.name, host), more=f"of {view.name}")


def _vips(app: QuarterdeckApp, desk: Desk) -> Iterator[Hit]:
    for view in desk.picture.vips.values():
        yield Hit("vip", view.name, partial(_open_vip, app, view.name, ""), more=view.sentence)
        for name, host in dict.fromkeys((one.server.name, one.host) for one in view.members):
            yield Hit("member", name, partial(_open_vip, app, view.name, host), more=f"of {view.name}")


def _clouds(app: QuarterdeckApp, desk: Desk) -> Iterator[Hit]:
    for view in desk.picture.clouds.values():
        words = view.verdict.sentence if view.verdict else ""
        yield Hit("cloud", view.name, partial(_open_cloud, app, view.name), more=words)
        yield Hit(
            "load balancers",
            view.name,
            partial(show_balancers, app, desk, view.name),
            more=_balancers_words(desk, view.name),
        )
        for one in view.instances.instances if view.instances else ():
            open_it = partial(_open_instance, app, view.name, one.id)
            yield Hit("instance", one.name, open_it, more=f"{one.status} on {one.host or view.name}")


def _balancers_words(desk: Desk, cloud: str) -> str:
    verdict = desk.picture.balancers[cloud].verdict
    return verdict.sentence if verdict else "of its Octavia"


def _procedures(app: QuarterdeckApp, desk: Desk) -> Iterator[Hit]:
    if desk.works is None:
        return
    for book in desk.works.runbooks.values():
        yield Hit("runbook", book.name, partial(_plan, app, book), more=book.title)
    for session in desk.sessions:
        state = session.state
        yield Hit(
            "run",
            state.run or state.runbook,
            partial(show_session, app, desk, session),
            more=state.phase.value,
        )
    for gotcha in desk.works.catalogue.values():
        yield Hit("gotcha", gotcha.id, partial(_show_gotcha, app, desk, gotcha), more=gotcha.title)


def _plan(app: QuarterdeckApp, book: Runbook) -> None:
    deck_of(app).plan_runbook(book)


def _show_gotcha(app: QuarterdeckApp, desk: Desk, gotcha: Gotcha) -> None:
    app.push_screen(GotchaScreen(desk, gotcha))


def _keys(app: QuarterdeckApp) -> Iterator[Hit]:
    for place in places(app.screen):
        for key in place.keys:
            if key.action.startswith(("move(", "page(", "first", "last", "app.palette", "palette")):
                continue
            act = partial(app.run_action, key.action, place.node)
            yield Hit("key", key.words, act, more=place.title, key=" ".join(key.keys), why_not=key.why_not)


async def _go_to(app: QuarterdeckApp, name: str) -> None:
    await deck_of(app).go_to(name)


async def _open_cluster(app: QuarterdeckApp, name: str) -> None:
    await deck_of(app).open_cluster(name)


async def _open_vip(app: QuarterdeckApp, name: str, host: str) -> None:
    await deck_of(app).open_vip(name, host)


async def _open_cloud(app: QuarterdeckApp, name: str) -> None:
    await deck_of(app).open_cloud(name)


def _open_instance(app: QuarterdeckApp, cloud: str, instance: str) -> None:
    deck_of(app).open_instance(cloud, instance)


def _open_node(app: QuarterdeckApp, cluster: str, host: str) -> None:
    deck_of(app).open_node(cluster, host)
