import { useCallback, useEffect, useRef } from 'react'

/** useMounted tells whether a component is still there when something that it began is over. */
export function useMounted(): () => boolean {
  const is = useRef(false)
  useEffect(() => {
    is.current = true
    return () => {
      is.current = false
    }
  }, [])
  return useCallback(() => is.current, [])
}
