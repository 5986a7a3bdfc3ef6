"""`prompt/show`: the line that shells show, for those who ask instead of reading the file."""

from switchgear_protocol.prompt import PromptLine, PromptShow
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def prompt_show(daemon: Daemon, caller: Caller, params: PromptShow) -> PromptLine:
    return daemon.prompt.line(params.session)
