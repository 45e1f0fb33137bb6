"""The agent's nftables rules as one text, which `nft -f` puts in place of the old ones at once, or not at all. No IO.

    inet    forward: only what the plan allows, and answers. input: from instances to the node only what the plan
            allows, and answers. nat: to the outside under the node's address.
    bridge  each port speaks with its own hardware and network address only: nobody is somebody else.

All traffic between instances is routed, since the bridge's ports are isolated from each other.
"""

from collections.abc import Iterable, Sequence

from aosedge.core.network.connections import Allowed, Ports

_TEMPLATE = """\
table inet {table}
delete table inet {table}
table inet {table} {{
  set allowed {{
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    flags interval
    {rules}
  }}
  chain forward {{
    type filter hook forward priority filter; policy accept;
{shut}
    iifname != "{bridge}" oifname != "{bridge}" accept
    ct state established,related accept
    ip saddr . ip daddr . meta l4proto . th dport @allowed accept
    drop
  }}
  chain input {{
    type filter hook input priority filter; policy accept;
    iifname != "{bridge}" accept
    ct state established,related accept
    ip saddr . ip daddr . meta l4proto . th dport @allowed accept
    drop
  }}
  chain output {{
    type filter hook output priority filter; policy accept;
    oifname "{bridge}" icmp type redirect drop
  }}
  chain outside {{
    type nat hook postrouting priority srcnat; policy accept;
    iifname "{bridge}" oifname != "{bridge}" masquerade
  }}
}}
table bridge {table}
delete table bridge {table}
table bridge {table} {{
  set own {{
    type ifname . ether_addr . ipv4_addr
    {own}
  }}
  chain prerouting {{
    type filter hook prerouting priority filter; policy accept;
    iifname != "{ports}*" accept
    iifname . ether saddr . ip saddr @own accept
    iifname . ether saddr . arp saddr ip @own iifname . arp saddr ether . arp saddr ip @own accept
    drop
  }}
}}
"""


def hardware_address(address: str) -> str:
    """The instance's, made from its network address."""
    return "02:a0:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def ruleset(
    table: str, bridge: str, ports: str, owners: Iterable[tuple[str, str]], allowed: Sequence[Allowed],
    opened: Sequence[str],
) -> str:  # fmt: skip
    """The whole text. `ports` begins the names of the bridge's ports; `owners` are pairs of port and address.

    `opened` are interfaces that forward because of us: they forward nothing but what instances ask for.
    """
    rules = ", ".join(f"{one.source} . {one.target} . {one.ports.protocol} . {_ports(one.ports)}" for one in allowed)
    own = ", ".join(f'"{port}" . {hardware_address(address)} . {address}' for port, address in owners)
    shut = "\n".join(f'    iifname "{name}" oifname != "{bridge}" drop' for name in opened)
    return _TEMPLATE.format(
        table=table, bridge=bridge, ports=ports, shut=shut, rules=_elements(rules), own=_elements(own)
    )


def _ports(ports: Ports) -> str:
    return str(ports.first) if ports.first == ports.last else f"{ports.first}-{ports.last}"


def _elements(text: str) -> str:
    return f"elements = {{ {text} }}" if text else ""
