import { useEffect, useRef } from 'react'

/** How many rows before the end the next ones are asked for. */
const ahead = 60

/** useMore asks for the next rows when the end comes near: once for each end. */
export function useMore({
  end,
  last,
  count,
  isPaused,
  onMore,
}: {
  end: string
  last: number
  count: number
  isPaused: boolean
  onMore: (() => void) | undefined
}) {
  const asked = useRef('')
  useEffect(() => {
    if (!onMore || isPaused || count === 0 || last < count - ahead || asked.current === end) return
    asked.current = end
    onMore()
  }, [onMore, isPaused, count, last, end])
}
