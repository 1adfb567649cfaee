import { useEffect, useState } from 'react'

/** useNow ticks, for what counts down. */
export function useNow(everyMs = 1000): number {
  const [now, set] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
