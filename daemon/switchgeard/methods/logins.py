"""`login/*`: a login is started, waited for, given up."""

from switchgear_protocol.messages import LoginName, LoginPoll, LoginStart, LoginView
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def login_start(at: Daemon, caller: Caller, params: LoginStart) -> LoginView:
    raise RpcError.of("internal", "not built yet")


async def login_poll(at: Daemon, caller: Caller, params: LoginPoll) -> LoginView:
    raise RpcError.of("internal", "not built yet")


async def login_cancel(at: Daemon, caller: Caller, params: LoginName) -> LoginView:
    raise RpcError.of("internal", "not built yet")
