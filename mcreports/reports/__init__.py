"""Everything outside the kernel: from a snapshot to a published run."""
