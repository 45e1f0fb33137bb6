"""Work nobody asked for: idempotent, woken by signal and by period, never overlapping."""
