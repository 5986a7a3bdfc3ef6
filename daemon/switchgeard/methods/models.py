"""`models/list`, `models/show`, `models/order`, `route/explain`."""

from switchgear_protocol.messages import (
    Models,
    ModelsList,
    ModelsOrder,
    ModelsShow,
    ModelView,
    RouteExplain,
    RouteExplained,
)
from switchgeard import views
from switchgeard.ask import Ask
from switchgeard.core.needs import Needs
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon, offered


async def models_list(daemon: Daemon, caller: Caller, params: ModelsList) -> Models:
    daemon.lists.glance()
    state, now = daemon.at.state, daemon.at.now()
    return Models(views.models(state, now, variants=params.all), views.listed(state) if params.all else [])


async def models_show(daemon: Daemon, caller: Caller, params: ModelsShow) -> ModelView:
    return views.model(daemon.at.state, await daemon.asked(params.model), daemon.at.now())


async def models_order(daemon: Daemon, caller: Caller, params: ModelsOrder) -> ModelView:
    model = daemon.model(params.model)
    if model.alias not in daemon.at.state.config.catalog.models:
        message = f"{model.alias} is one provider's variant: there is nothing to order."
        raise RpcError.of("invalid_params", message, hint="switchgear models")
    for name in params.providers:
        offered(daemon, model, name)
    await daemon.configuration.reorder(model.alias, params.providers)
    return views.model(daemon.at.state, daemon.model(params.model), daemon.at.now())


async def route_explain(daemon: Daemon, caller: Caller, params: RouteExplain) -> RouteExplained:
    model = await daemon.asked(params.model)
    asks = {name: getattr(params, name) for name in ("tools", "images", "pdf", "json_schema")}
    wants = Needs(**asks, input_tokens=params.input_tokens or 0)
    ask = Ask("", model, wants, caller.client, params.session)
    return views.explained(daemon.at.state, daemon.at.state.plan(ask, daemon.at.now()), ask)
