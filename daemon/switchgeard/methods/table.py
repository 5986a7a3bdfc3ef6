"""The table of methods: name -> function."""

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from switchgeard.serving.caller import Caller, Id

from . import choices, connection, doctor, logins, models, money, prompt, providers, sessions, settings
from .daemon import Daemon

Method = Callable[[Daemon, Caller, Any], Awaitable[Struct]]

METHODS: dict[str, Method] = {
    "initialize": connection.initialize,
    "status": connection.status,
    "completion/create": connection.completion_create,
    "models/list": models.models_list,
    "models/show": models.models_show,
    "models/order": models.models_order,
    "providers/list": providers.providers_list,
    "providers/pause": providers.providers_pause,
    "providers/resume": providers.providers_resume,
    "credentials/list": providers.credentials_list,
    "credentials/set": providers.credentials_set,
    "credentials/delete": providers.credentials_delete,
    "credentials/test": providers.credentials_test,
    "login/start": logins.login_start,
    "login/poll": logins.login_poll,
    "login/cancel": logins.login_cancel,
    "kinds/list": choices.kinds_list,
    "providers/add": choices.providers_add,
    "providers/probe": choices.providers_probe,
    "models/refresh": choices.models_refresh,
    "models/propose": choices.models_propose,
    "models/accept": choices.models_accept,
    "sessions/list": sessions.sessions_list,
    "sessions/pin": sessions.sessions_pin,
    "sessions/unpin": sessions.sessions_unpin,
    "quota/list": money.quota_list,
    "usage/query": money.usage_query,
    "route/explain": models.route_explain,
    "events/subscribe": connection.events_subscribe,
    "doctor/check": doctor.doctor_check,
    "prompt/show": prompt.prompt_show,
    "config/check": settings.config_check,
    "config/reload": settings.config_reload,
    "tokens/create": settings.tokens_create,
    "tokens/list": settings.tokens_list,
    "tokens/revoke": settings.tokens_revoke,
    "spend/allow": money.spend_allow,
}


async def dispatch(daemon: Daemon, caller: Caller, method: str, params: Struct, request_id: Id) -> Struct:
    """Serve one request. Raises RpcError."""
    return await METHODS[method](daemon, caller, params)
