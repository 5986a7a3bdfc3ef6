"""`login/*`: a login is started, waited for, given up."""

from switchgear_protocol.messages import LoginName, LoginPoll, LoginStart, LoginView
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def login_start(at: Daemon, caller: Caller, params: LoginStart) -> LoginView:
    login = await at.logins.start(at.provider(params.provider))
    if params.method not in (None, login.method):
        await at.logins.cancel(login.id)
        raise RpcError.of("invalid_params", f"{params.provider} is logged in to by {login.method}.")
    return login.view()


async def login_poll(at: Daemon, caller: Caller, params: LoginPoll) -> LoginView:
    return (await at.logins.wait(params.login, params.wait_s)).view()


async def login_cancel(at: Daemon, caller: Caller, params: LoginName) -> LoginView:
    return (await at.logins.cancel(params.login)).view()
