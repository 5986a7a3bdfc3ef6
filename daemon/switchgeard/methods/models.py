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


async def models_list(at: Daemon, caller: Caller, params: ModelsList) -> Models:
    at.lists.glance()
    state, now = at.at.state, at.at.now()
    return Models(views.models(state, now, variants=params.all))


async def models_show(at: Daemon, caller: Caller, params: ModelsShow) -> ModelView:
    return views.model(at.at.state, at.model(params.model), at.at.now())


async def models_order(at: Daemon, caller: Caller, params: ModelsOrder) -> ModelView:
    model = at.model(params.model)
    if model.alias not in at.at.state.config.catalog.models:
        message = f"{model.alias} is one provider's variant: there is nothing to order."
        raise RpcError.of("invalid_params", message, hint="switchgear models")
    for name in params.providers:
        offered(at, model, name)
    await at.configuration.reorder(model.alias, params.providers)
    return views.model(at.at.state, at.model(params.model), at.at.now())


async def route_explain(at: Daemon, caller: Caller, params: RouteExplain) -> RouteExplained:
    model = at.model(params.model)
    asks = {name: getattr(params, name) for name in ("tools", "images", "pdf", "json_schema")}
    wants = Needs(**asks, input_tokens=params.input_tokens or 0)
    ask = Ask("", model, wants, caller.client, params.session)
    return views.explained(at.at.state, at.at.state.plan(ask, at.at.now()), ask)
