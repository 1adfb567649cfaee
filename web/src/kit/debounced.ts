import { useEffect, useState } from 'react'

/** useDebounced follows a value once it has rested, so that the server is not asked for each letter; an object must stay the same one meanwhile. */
export function useDebounced<T>(value: T, ms = 250): T {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
