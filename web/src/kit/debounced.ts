import { useEffect, useState } from 'react'

/** useDebounced follows a value once it has rested for a moment; `value` must keep its identity while it is the same. */
export function useDebounced<T>(value: T, ms = 250): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
