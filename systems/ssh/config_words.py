"""What is made of each keyword of ssh_config(5): honoured, needless here, said aloud, or refused."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALIASES = {
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "dsaauthentication": "pubkeyauthentication",
    "identityfile2": "identityfile",
    "keepalive": "tcpkeepalive",
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
    "userknownhostsfile2": "userknownhostsfile",
    "globalknownhostsfile2": "globalknownhostsfile",
}
"""Older names of keywords."""

HONOURED = _words(
    """
    addressfamily bindaddress casignaturealgorithms certificatefile checkhostip ciphers compression
    connecttimeout globalknownhostsfile hostkeyalgorithms hostkeyalias hostname identitiesonly
    identityagent identityfile ignoreunknown kbdinteractiveauthentication kexalgorithms macs
    passwordauthentication port preferredauthentications proxycommand proxyjump
    pubkeyacceptedalgorithms pubkeyauthentication rekeylimit requiredrsasize revokedhostkeys
    serveralivecountmax serveraliveinterval setenv tag tcpkeepalive user userknownhostsfile
    """
)

MANY = frozenset({"identityfile", "certificatefile"})
"""Keywords whose lines add up; of the others the first line counts."""

NEEDLESS = _words(
    """
    addkeystoagent batchmode canonicaldomains canonicalizefallbacklocal canonicalizemaxdots
    canonicalizepermittedcnames channeltimeout clearallforwardings connectionattempts controlmaster
    controlpath controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar
    exitonforwardfailure fingerprinthash forkafterauthentication forwardagent forwardx11
    forwardx11timeout forwardx11trusted gatewayports gssapiauthentication gssapiclientidentity
    gssapidelegatecredentials gssapikexalgorithms gssapikeyexchange gssapirenewalforcesrekey
    gssapiserveridentity gssapitrustdns hashknownhosts hostbasedacceptedalgorithms hostbasedkeytypes
    ipqos kbdinteractivedevices localcommand localforward loglevel logverbose numberofpasswordprompts
    obscurekeystroketiming permitremoteopen remotecommand remoteforward requesttty securitykeyprovider
    sendenv sessiontype stdinnull streamlocalbindmask streamlocalbindunlink syslogfacility tunnel
    tunneldevice updatehostkeys useroaming verifyhostkeydns versionaddendum visualhostkey
    warnweakcrypto xauthlocation protocol cipher useprivilegedport rsaauthentication
    rhostsrsaauthentication compressionlevel skeyauthentication tisauthentication afstokenpassing
    fallbacktorsh usersh smartcarddevice rhostsauthentication
    """
)
"""They change nothing here: no terminal, forwarding, agent or X11 is passed on, and connections are kept."""

SAID_ALOUD = {
    "stricthostkeychecking": (
        {"no", "off", "accept-new"},
        "host keys are checked all the same: a host whose key is not in known_hosts is refused",
    ),
    "nohostauthenticationforlocalhost": (
        {"yes"},
        "the host keys of loopback addresses are checked all the same",
    ),
    "hostbasedauthentication": ({"yes"}, "logins by the client's host key are not offered here"),
    "permitlocalcommand": ({"yes"}, "LocalCommand is not run"),
}
"""Values that ask for what is not done here, with the sentence that says so once."""

REFUSED = {
    "bindinterface": "connections cannot be bound to an interface here; use BindAddress",
    "knownhostscommand": "host keys from a command are not read here; put them into a known_hosts file",
    "proxyusefdpass": "a proxy cannot pass a socket here; use ProxyJump or a plain ProxyCommand",
    "canonicalizehostname": "names are not made canonical here; write the full name as HostName",
    "pkcs11provider": "keys on a token are used through the agent: run 'ssh-add -s PROVIDER', drop the line",
}
"""Keywords that cannot be honoured; passed over in silence, another host or key might be used."""
