import { useEffect, useState } from 'react'

/** useLater follows a value with a delay, so that the server is not asked for each letter. */
export function useLater<T>(value: T, milliseconds = 250): T {
  const [later, setLater] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return later
}
