import { useCallback, useEffect, useRef } from 'react'

/** useSteady is a function that stays the same while it does what its latest version does: what it is given to need not be drawn anew. */
export function useSteady<A extends unknown[]>(act: (...args: A) => void): (...args: A) => void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  return useCallback((...args: A) => latest.current(...args), [])
}
