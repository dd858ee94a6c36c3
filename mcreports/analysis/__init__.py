"""What series say about themselves: pure computations on arrays."""
