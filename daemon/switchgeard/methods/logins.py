"""`login/*`: a login is started, waited for, given up."""

from switchgear_protocol.messages import LoginName, LoginPoll, LoginStart, LoginView
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def login_start(daemon: Daemon, caller: Caller, params: LoginStart) -> LoginView:
    login = await daemon.logins.start(daemon.provider(params.provider))
    if params.method not in (None, login.method):
        await daemon.logins.cancel(login.id)
        raise RpcError.of("invalid_params", f"{params.provider} is logged in to by {login.method}.")
    return login.view()


async def login_poll(daemon: Daemon, caller: Caller, params: LoginPoll) -> LoginView:
    return (await daemon.logins.wait(params.login, params.wait_s)).view()


async def login_cancel(daemon: Daemon, caller: Caller, params: LoginName) -> LoginView:
    return (await daemon.logins.cancel(params.login)).view()
