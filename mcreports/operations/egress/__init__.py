"""What leaves the platform: gateways, failover, providers and network policies, each proven by trying."""
