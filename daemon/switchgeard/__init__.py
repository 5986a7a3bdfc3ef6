"""The Switchgear daemon. Layers, top to bottom; imports point down (pyproject.toml holds it):

app                 composition root: clocks, signals, nurseries, files
routes              what the HTTP door serves
methods             the method table
door                HTTP/1.1 clients: who may come in, their requests and answers
serving  complete   sockets; one completion: plan, try, fail over
attempt             one upstream call
bus  credentials  upstream.transport  store  watch    one library each
state               the single owner of what is believed; synchronous
config              TOML to catalog; edits that keep comments
upstream  dialects  provider kinds, wire formats; pure
core                failure, hints, quota, health, sticky, routing, failover; pure
"""

__version__ = "0.1.0"
