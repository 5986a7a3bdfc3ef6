"""Logins: how a person proves to a provider who is asking, without pasting a key.

login          one under way
desk           starts, tells and ends them
device         a code typed on a web page (RFC 8628)
browser        a browser and a loopback redirect (RFC 8252, PKCE of RFC 7636)
redirect       the listener that hears the one answer
leaving        a login ended at its issuer, when it is forgotten here
"""
