"""Where something is on a network, as people write it: addresses, ports and what the settings allow of them."""
